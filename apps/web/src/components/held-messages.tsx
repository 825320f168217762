import { type HeldView, heldSentence, type RoomStore } from "@clowder/client";
import type { ReactNode } from "react";
import { Button, Group } from "react-aria-components";
import { useWords } from "../words.tsx";
import { MessageText } from "./message-text.tsx";

interface HeldMessagesProps {
	readonly held: readonly HeldView[];
	readonly store: Pick<RoomStore, "release" | "discard">;
}

/** Own messages that are sent only when their writer says so. */
export function HeldMessages({ held, store }: HeldMessagesProps): ReactNode {
	const words = useWords();
	return held.map((item) => {
		const sentence = heldSentence(words, item);
		return (
			<Group key={item.id} className="held" aria-label={sentence}>
				<p role="status">{sentence}</p>
				<MessageText parts={item.parts} />
				<div className="held-actions">
					<Button className="button primary" onPress={() => store.release(item.id)}>
						{words.held.send}
					</Button>
					<Button className="button" onPress={() => store.discard(item.id)}>
						{words.held.discard}
					</Button>
				</div>
			</Group>
		);
	});
}
