import type { PreviewView } from "@clowder/client";
import { type FunctionComponent, memo, type ReactNode } from "react";
import { useWords } from "../words.tsx";
import { MessageText } from "./message-text.tsx";
import { MomentInTime } from "./moment.tsx";
import { PersonMark } from "./person-mark.tsx";

/** A text outside of any session: never to be taken for a message. */
export const PreviewRow: FunctionComponent<{ readonly preview: PreviewView }> = memo(function PreviewRow({
	preview,
}: {
	readonly preview: PreviewView;
}): ReactNode {
	const { preview: words, grammar } = useWords();
	const { author, at } = preview;
	return (
		<article className="preview" aria-label={words.by(author.nickname, grammar.time(at))}>
			<div className="message-head">
				<PersonMark mark={author.mark} />
				<span className="message-author">
					<bdi>{author.nickname}</bdi>
				</span>
				<span className="preview-mark">{words.mark}</span>
				<MomentInTime at={at} />
			</div>
			<MessageText parts={preview.parts} />
			<p className="preview-disclaimer">{words.disclaimer[preview.disclaimer]}</p>
		</article>
	);
});
