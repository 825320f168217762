import { type JoiningView, passphraseErrorSentence, passphraseProblem, type RoomStore } from "@clowder/client";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { Button, Form } from "react-aria-components";
import { useWords } from "../words.tsx";
import { Field } from "./field.tsx";

interface PassphraseFormProps {
	/** The room asks for one, or the one given is wrong. */
	readonly why: NonNullable<JoiningView["passphrase"]>;
	readonly store: Pick<RoomStore, "tryPassphrase">;
}

/** The room asks for a passphrase on the way in. */
export function PassphraseForm({ why, store }: PassphraseFormProps): ReactNode {
	const words = useWords();
	const [text, setText] = useState("");
	const [problem, setProblem] = useState<string>();
	const field = useRef<HTMLInputElement>(null);
	useEffect(() => field.current?.focus(), []);

	const change = (value: string): void => {
		const found = passphraseProblem(value);
		setText(value);
		setProblem(found === undefined ? undefined : passphraseErrorSentence(words, found));
	};
	const submit = (): void => {
		const tried = store.tryPassphrase(text);
		if (!tried.ok) setProblem(passphraseErrorSentence(words, tried.error));
	};
	return (
		<Form
			className="passphrase"
			onSubmit={(event) => {
				event.preventDefault();
				submit();
			}}
		>
			<p className={why === "wrong" ? "alert" : ""} role="alert">
				{why === "wrong" ? words.joining.passphraseWrong : words.joining.passphraseNeeded}
			</p>
			<Field label={words.enter.passphrase} hint="" error={problem} value={text} onChange={change} inputRef={field} />
			<Button type="submit" className="button primary">
				{words.joining.tryPassphrase}
			</Button>
		</Form>
	);
}
