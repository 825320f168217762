import { type ComposerView, composerSentence, type RoomStore, sendErrorSentence } from "@clowder/client";
import { type KeyboardEvent, type ReactNode, type RefObject, useState } from "react";
import { Button, FieldError, Label, Text, TextArea, TextField } from "react-aria-components";
import { useWords } from "../words.tsx";

interface ComposerProps {
	readonly view: ComposerView;
	readonly store: Pick<RoomStore, "send">;
	readonly fieldRef: RefObject<HTMLTextAreaElement | null>;
}

/** Where one writes. Says why it is closed and when it opens; keeps what was typed meanwhile. */
export function Composer({ view, store, fieldRef }: ComposerProps): ReactNode {
	const words = useWords();
	const [text, setText] = useState("");
	const [problem, setProblem] = useState<string>();
	const closed = view.state === "closed";

	const send = (): void => {
		if (closed) return;
		const sent = store.send(text);
		if (sent.ok) setText("");
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
			className={`composer composer-${view.state}`}
			value={text}
			onChange={(value) => {
				setText(value);
				setProblem(undefined);
			}}
			isReadOnly={closed}
			isInvalid={problem !== undefined}
			validationBehavior="aria"
			autoFocus
		>
			<Label className="composer-label">{words.composer.message}</Label>
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
