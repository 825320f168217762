import { roomLink } from "@clowder/client";
import { type ReactNode, useState } from "react";
import { Button, Input, Label, TextField } from "react-aria-components";
import { useWords } from "../words.tsx";
import { DialogWindow } from "./dialog-window.tsx";

/** Puts the room's link on the clipboard; where the browser forbids it, shows it for copying by hand. */
export function CopyLink({ room }: { room: string }): ReactNode {
	const words = useWords();
	const [state, setState] = useState<"before" | "copied" | "failed">("before");
	const link = roomLink(window.location.href, room);
	const copy = async (): Promise<void> => {
		try {
			await navigator.clipboard.writeText(link);
			setState("copied");
		} catch {
			setState("failed");
		}
	};
	return (
		<>
			<Button className="button" onPress={() => void copy()}>
				<span aria-live="polite">{state === "copied" ? words.room.linkCopied : words.room.copyLink}</span>
			</Button>
			{state === "failed" && (
				<DialogWindow title={words.details.link} onClose={() => setState("before")}>
					<TextField className="field" value={link} isReadOnly>
						<Label>{words.room.linkNotCopied}</Label>
						<Input className="input" onFocus={(event) => event.target.select()} />
					</TextField>
				</DialogWindow>
			)}
		</>
	);
}
