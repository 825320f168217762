import type { PersonRef, RoomSnapshot, RoomStore } from "@clowder/client";
import { type ReactNode, useCallback, useRef, useState } from "react";
import { Composer, type Draft } from "../components/composer.tsx";
import { DetailsPanel } from "../components/details-panel.tsx";
import { DialogWindow } from "../components/dialog-window.tsx";
import { HeldMessages } from "../components/held-messages.tsx";
import { KeysWindow } from "../components/keys-window.tsx";
import { PeopleList } from "../components/people-list.tsx";
import { PersonWindow } from "../components/person-window.tsx";
import { ProtectionWindow } from "../components/protection-window.tsx";
import { Requests } from "../components/requests.tsx";
import { RoomHeader } from "../components/room-header.tsx";
import { Timeline } from "../components/timeline.tsx";
import { isWriting, useKey, useMedia, useTitle } from "../hooks.ts";
import { nextPart } from "../parts.ts";
import { useWords } from "../words.tsx";

/** What lies over the room now. */
type Window = "people" | "details" | "keys" | "protection" | PersonRef["id"];

interface RoomScreenProps {
	readonly store: RoomStore;
	readonly snapshot: RoomSnapshot;
	readonly draft: Draft;
}

export function RoomScreen({ store, snapshot, draft }: RoomScreenProps): ReactNode {
	const words = useWords();
	const [window, setWindow] = useState<Window>();
	const withPeople = useMedia("(min-width: 720px)");
	const withDetails = useMedia("(min-width: 1000px)");
	const writing = useRef<HTMLTextAreaElement>(null);
	useTitle(`${snapshot.room} – ${words.app.name}`);

	const close = useCallback(() => setWindow(undefined), []);
	const openPerson = useCallback((person: PersonRef) => setWindow(person.id), []);
	useKey("?", (event) => {
		if (isWriting(event.target)) return;
		event.preventDefault();
		setWindow("keys");
	});
	useKey("Escape", () => window === undefined && writing.current?.focus());
	useKey("F6", (event) => {
		event.preventDefault();
		nextPart(document, event.shiftKey)?.focus();
	});

	const people = <PeopleList people={snapshot.people} onOpen={openPerson} />;
	const details = (
		<DetailsPanel
			details={snapshot.details}
			linkTo={withPeople ? undefined : snapshot.room}
			onKeys={() => setWindow("keys")}
			onProtection={() => setWindow("protection")}
		/>
	);
	const opened = snapshot.people.find((person) => person.id === window);
	return (
		<div className="room">
			<RoomHeader
				snapshot={snapshot}
				store={store}
				onPeople={withPeople ? undefined : () => setWindow("people")}
				onDetails={withDetails ? undefined : () => setWindow("details")}
				onKeys={() => setWindow("keys")}
				onProtection={() => setWindow("protection")}
				onLeave={() => void store.leave()}
			/>
			{withPeople && (
				<nav className="room-people" aria-label={words.room.people} data-part tabIndex={-1}>
					<h2>{words.room.people}</h2>
					{people}
				</nav>
			)}
			<main className="room-main">
				<Timeline items={snapshot.timeline} muted={snapshot.muted} store={store} />
				<Requests requests={snapshot.requests} store={store} />
				<HeldMessages held={snapshot.held} store={store} />
				<Composer view={snapshot.composer} store={store} draft={draft} fieldRef={writing} />
			</main>
			{withDetails && (
				<aside className="room-details" aria-label={words.room.details} data-part tabIndex={-1}>
					<h2>{words.room.details}</h2>
					{details}
				</aside>
			)}
			{window === "people" && !withPeople && (
				<DialogWindow title={words.room.people} place="side" onClose={close}>
					{people}
				</DialogWindow>
			)}
			{window === "details" && !withDetails && (
				<DialogWindow title={words.room.details} place="side" onClose={close}>
					{details}
				</DialogWindow>
			)}
			{window === "keys" && <KeysWindow onClose={close} />}
			{window === "protection" && <ProtectionWindow onClose={close} />}
			{opened !== undefined && <PersonWindow person={opened} store={store} onClose={close} />}
		</div>
	);
}
