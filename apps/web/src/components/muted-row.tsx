import type { PersonRef, RoomStore } from "@clowder/client";
import type { ReactNode } from "react";
import { Button } from "react-aria-components";
import { useWords } from "../words.tsx";

interface MutedRowProps {
	readonly person: PersonRef;
	readonly count: number;
	readonly store: Pick<RoomStore, "mute">;
}

/** Texts of someone who is muted, folded into a line. */
export function MutedRow({ person, count, store }: MutedRowProps): ReactNode {
	const { muted } = useWords();
	return (
		<div className="line line-muted">
			<p>
				{muted.count(person.nickname, count)}{" "}
				<Button className="button link" onPress={() => store.mute(person.id, false)}>
					{muted.unmute(person.nickname)}
				</Button>
			</p>
		</div>
	);
}
