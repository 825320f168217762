import type { ReactNode } from "react";
import { JoiningPanel } from "../components/joining-panel.tsx";
import type { JoiningView } from "@clowder/client";

/** Before there is a connection to speak of: the server's address is looked up. */
const NOTHING_YET: JoiningView = {
	steps: [
		{ id: "connect", state: "now", detail: undefined, count: undefined },
		{ id: "keys", state: "todo", detail: undefined, count: undefined },
		{ id: "enter", state: "todo", detail: undefined, count: undefined },
		{ id: "ask", state: "todo", detail: undefined, count: undefined },
		{ id: "agree", state: "todo", detail: undefined, count: undefined },
	],
	fraction: 0,
	waitingFor: [],
	slow: false,
	passphrase: undefined,
};

export function OpeningScreen({ room, onCancel }: { room: string; onCancel: () => void }): ReactNode {
	return <JoiningPanel room={room} joining={NOTHING_YET} onCancel={onCancel} />;
}
