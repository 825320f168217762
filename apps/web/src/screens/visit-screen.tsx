import type { EndReason, RoomStore } from "@clowder/client";
import { type ReactNode, useEffect, useEffectEvent, useSyncExternalStore } from "react";
import { JoiningPanel } from "../components/joining-panel.tsx";
import { RoomScreen } from "./room-screen.tsx";

interface VisitScreenProps {
	readonly store: RoomStore;
	readonly onEnd: (reason: EndReason) => void;
}

/** One visit from joining to its end. */
export function VisitScreen({ store, onEnd }: VisitScreenProps): ReactNode {
	const snapshot = useSyncExternalStore(store.subscribe, store.getSnapshot);
	const ended = useEffectEvent(onEnd);
	const { end } = snapshot;
	useEffect(() => {
		if (end !== undefined) ended(end);
	}, [end]);
	useEffect(() => {
		// A closed page says goodbye too, so that the others need not wait.
		const leave = (): void => void store.leave();
		window.addEventListener("pagehide", leave);
		return () => window.removeEventListener("pagehide", leave);
	}, [store]);

	if (snapshot.stage === "ended") return undefined;
	if (snapshot.stage === "joining") {
		return <JoiningPanel room={snapshot.room} joining={snapshot.joining} onCancel={() => void store.leave()} />;
	}
	return <RoomScreen store={store} snapshot={snapshot} />;
}
