import { requestSentences, type RequestView, type RoomStore } from "@clowder/client";
import type { ReactNode } from "react";
import { Button } from "react-aria-components";
import { useWords } from "../words.tsx";
import { PersonMark } from "./person-mark.tsx";

interface RequestsProps {
	readonly requests: readonly RequestView[];
	readonly store: Pick<RoomStore, "answer">;
}

/** Who asks to come in, with what is known of them. Said aloud by the line of the timeline and the header, not from here. */
export function Requests({ requests, store }: RequestsProps): ReactNode {
	const { requests: words } = useWords();
	// Always there, so that the room keeps its rows.
	return (
		<section className="requests" aria-label={words.title}>
			{requests.map((request) => (
				<Request key={request.person.id} request={request} store={store} />
			))}
		</section>
	);
}

function Request({ request, store }: { request: RequestView; store: RequestsProps["store"] }): ReactNode {
	const words = useWords();
	const { person, fingerprint, lookAlikes } = request;
	const asks = words.requests.asks(person.nickname);
	return (
		<article className="request" aria-label={asks}>
			<p className="request-asks">
				<PersonMark mark={person.mark} />
				<span>{asks}</span>
			</p>
			{request.seenBefore && <p>{words.requests.seenBefore}</p>}
			{lookAlikes.length > 0 && (
				<p className="person-warning">{words.person.lookAlike(lookAlikes.map((other) => other.nickname))}</p>
			)}
			<p className="request-words">
				{words.requests.words}: <b lang="en">{fingerprint.words.join(" ")}</b>
			</p>
			<p className="quiet-text">{words.requests.check}</p>
			<p className="request-votes">{requestSentences(words, request).join(" ")}</p>
			{request.own === undefined && (
				<div className="request-actions">
					<Button className="button primary" onPress={() => store.answer(person.id, true)}>
						{words.requests.letIn}
					</Button>
					<Button className="button" onPress={() => store.answer(person.id, false)}>
						{words.requests.refuse}
					</Button>
				</div>
			)}
		</article>
	);
}
