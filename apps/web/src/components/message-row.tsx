import type { MessageView } from "@clowder/client";
import { type FunctionComponent, memo, type ReactNode } from "react";
import { useWords } from "../words.tsx";
import { MessageText } from "./message-text.tsx";
import { MomentInTime } from "./moment.tsx";
import { PersonMark } from "./person-mark.tsx";
import { ProgressMark } from "./progress-mark.tsx";

interface MessageRowProps {
	readonly message: MessageView;
	/** The row before is of the same author: the name is said for screen readers only. */
	readonly continues: boolean;
}

/** One message: who, when, what, and who is known to have it. */
export const MessageRow: FunctionComponent<MessageRowProps> = memo(function MessageRow({
	message,
	continues,
}: MessageRowProps): ReactNode {
	const { message: words, grammar, person } = useWords();
	const { author, progress } = message;
	const kind = `message ${author.self ? "message-own" : ""} ${continues ? "message-continues" : ""} message-${progress.state}`;
	return (
		<article className={kind} aria-label={words.by(author.nickname, grammar.time(message.at))}>
			{!continues && (
				<div className="message-head" aria-hidden="true">
					<PersonMark mark={author.mark} />
					<span className="message-author">
						<bdi>{author.nickname}</bdi>
						{author.self && <span className="person-you">, {person.you}</span>}
					</span>
					<MomentInTime at={message.at} />
				</div>
			)}
			<div className="message-body">
				<MessageText parts={message.parts} />
				<ProgressMark progress={progress} />
			</div>
		</article>
	);
});
