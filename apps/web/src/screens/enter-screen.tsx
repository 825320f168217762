import {
	type AdmissionPolicy,
	checkEntry,
	type Entry,
	type EntryErrors,
	nicknameErrorSentence,
	passphraseErrorSentence,
	passphraseProblem,
	roomFromFragment,
	roomNameErrorSentence,
} from "@clowder/client";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { Button, Form } from "react-aria-components";
import { Cats } from "../components/cats.tsx";
import { Field } from "../components/field.tsx";
import { MoreFields } from "../components/more-fields.tsx";
import { PreferencesFields } from "../components/preferences.tsx";
import { ProtectionWindow } from "../components/protection-window.tsx";
import { useTitle } from "../hooks.ts";
import { useWords } from "../words.tsx";

interface EnterScreenProps {
	readonly room: string;
	readonly nickname: string;
	readonly policy: AdmissionPolicy;
	/** The room asks for a passphrase, or did. */
	readonly withPassphrase: boolean;
	/** Those in the room did not take the name. */
	readonly refused: "name-taken" | "name-invalid" | undefined;
	readonly onJoin: (entry: Entry) => void;
}

const NO_ERRORS: EntryErrors = { room: undefined, nickname: undefined, passphrase: undefined };

export function EnterScreen(props: EnterScreenProps): ReactNode {
	const words = useWords();
	const { app, enter, protection } = words;
	const [room, setRoom] = useState(props.room);
	const [nickname, setNickname] = useState(props.nickname);
	const [policy, setPolicy] = useState(props.policy);
	const [passphrase, setPassphrase] = useState("");
	const [errors, setErrors] = useState(NO_ERRORS);
	const [refused, setRefused] = useState(props.refused);
	const [explaining, setExplaining] = useState(false);
	const roomField = useRef<HTMLInputElement>(null);
	const nicknameField = useRef<HTMLInputElement>(null);
	useTitle(app.name);

	// Where the user goes on: at the name when the room is known, else at the room.
	useEffect(() => {
		(props.room === "" ? roomField : nicknameField).current?.focus();
	}, [props.room]);
	useEffect(() => {
		const fillIn = (): void => setRoom(roomFromFragment(window.location.hash));
		window.addEventListener("hashchange", fillIn);
		return () => window.removeEventListener("hashchange", fillIn);
	}, []);

	const join = (): void => {
		const entry = checkEntry({ room, nickname, policy, passphrase });
		if (entry.ok) return props.onJoin(entry.value);
		setErrors(entry.error);
		if (entry.error.room !== undefined) roomField.current?.focus();
		else if (entry.error.nickname !== undefined) nicknameField.current?.focus();
	};
	const refusal = { "name-taken": enter.errors.nameTaken, "name-invalid": enter.errors.nameInvalid };

	return (
		<main className="enter">
			<Cats />
			<h1>{app.name}</h1>
			<p className="sentence">{app.sentence}</p>
			<Form
				className="enter-form"
				onSubmit={(event) => {
					event.preventDefault();
					join();
				}}
			>
				<Field
					label={enter.room}
					hint={enter.roomHint}
					error={errors.room === undefined ? undefined : roomNameErrorSentence(words, errors.room)}
					value={room}
					onChange={(value) => {
						setRoom(value);
						setErrors({ ...errors, room: undefined });
					}}
					inputRef={roomField}
				/>
				<Field
					label={enter.nickname}
					hint={enter.nicknameHint}
					error={
						errors.nickname !== undefined
							? nicknameErrorSentence(words, errors.nickname)
							: refused === undefined
								? undefined
								: refusal[refused]
					}
					value={nickname}
					onChange={(value) => {
						setNickname(value);
						setErrors({ ...errors, nickname: undefined });
						setRefused(undefined);
					}}
					inputRef={nicknameField}
				/>
				<MoreFields
					open={props.withPassphrase || props.policy !== "open"}
					policy={policy}
					onPolicy={setPolicy}
					passphrase={passphrase}
					passphraseError={
						errors.passphrase === undefined ? undefined : passphraseErrorSentence(words, errors.passphrase)
					}
					onPassphrase={(value) => {
						setPassphrase(value);
						setErrors({ ...errors, passphrase: passphraseProblem(value) });
					}}
				/>
				<Button type="submit" className="button primary wide">
					{enter.join}
				</Button>
			</Form>
			<Button className="button link" onPress={() => setExplaining(true)}>
				{protection.title}
			</Button>
			<PreferencesFields />
			{explaining && <ProtectionWindow onClose={() => setExplaining(false)} />}
		</main>
	);
}
