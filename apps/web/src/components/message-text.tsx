import type { DisplayPart } from "@clowder/client";
import type { ReactNode } from "react";
import { useWords } from "../words.tsx";

/** What someone wrote, as text and nothing else; characters that would act on the page are shown as their numbers. */
export function MessageText({ parts }: { parts: readonly DisplayPart[] }): ReactNode {
	const { message } = useWords();
	return (
		<p className="message-text" dir="auto">
			{parts.map((part, place) =>
				part.kind === "text" ? (
					part.text
				) : (
					<span key={`${place}`} className="hidden-character" title={message.hiddenCharacter(part.codePoint)}>
						{part.codePoint}
					</span>
				),
			)}
		</p>
	);
}
