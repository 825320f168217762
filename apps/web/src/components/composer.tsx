import { type ComposerView, composerSentence, type RoomStore, sendErrorSentence } from "@clowder/client";
import { type KeyboardEvent, type ReactNode, type RefObject, useState } from "react";
import { Button, FieldError, Label, Text, TextArea, TextField } from "react-aria-components";
import { useWords } from "../words.tsx";

/** What is written and not sent: it outlives the screen it was begun on. */
export interface Draft {
	readonly text: string;
	readonly set: (text: string) => void;
}

interface ComposerProps {
	readonly view: ComposerView;
	readonly store: Pick<RoomStore, "send">;
	readonly draft: Draft;
	readonly fieldRef: RefObject<HTMLTextAreaElement | null>;
	/** On the way in, where it is not what the screen is for. */
	readonly aside?: boolean;
}

/** Where one writes. Says why it is closed and when it opens; keeps what was typed meanwhile. */
export function Composer({ view, store, draft, fieldRef, aside = false }: ComposerProps): ReactNode {
	const words = useWords();
	const [problem, setProblem] = useState<string>();
	const closed = view.state === "closed";

	const send = (): void => {
		if (closed) return;
		const sent = store.send(draft.text);
		if (sent.ok) draft.set("");
		setProblem(sent.ok ? undefined : sendErrorSentence(words, sent.error));
		fieldRef.current?.focus();
	};
	const keyDown = (event: KeyboardEvent): void => {
		// Enter that ends the composition of a character (Japanese, Chinese) sends nothing.
		if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
		event.preventDefault();
		send();
	};
	return (
		<TextField
			className={`composer composer-${view.state} ${aside ? "composer-aside" : ""}`}
			value={draft.text}
			onChange={(value) => {
				draft.set(value);
				setProblem(undefined);
			}}
			isReadOnly={closed}
			isInvalid={problem !== undefined}
			validationBehavior="aria"
			autoFocus={!aside}
		>
			<Label className="composer-label">{aside ? words.composer.earlyField : words.composer.message}</Label>
			<div className="composer-row">
				<TextArea ref={fieldRef} className="input" dir="auto" rows={1} data-part onKeyDown={keyDown} />
				<Button className="button primary" isDisabled={closed} onPress={send}>
					{words.composer.send}
				</Button>
			</div>
			{problem === undefined ? (
				<Text slot="description" className="composer-sentence" elementType="p">
					{composerSentence(words, view)}
				</Text>
			) : (
				<FieldError>{problem}</FieldError>
			)}
		</TextField>
	);
}
