import type { Frozen, RoomView } from "@clowder/mpotr";
import type { People } from "./people.ts";
import type { ComposerView, PersonRef, TrustView } from "./snapshot.ts";

/** That nothing more is believed in the session that runs, and why. */
export interface Freeze {
	readonly why: Frozen;
	readonly people: readonly PersonRef[];
}

/** What the room's story adds to a view. */
interface Story {
	readonly frozen: Freeze | undefined;
	/** Texts are shared with those on the way in. */
	readonly sharing: boolean;
}

/** Who can read what is written now. Says "private" only while a session is running and nobody in it has gone. */
export function trustView(view: RoomView | undefined, over: boolean, people: People, story: Story): TrustView {
	if (over || view?.phase === "over" || view?.phase === "leaving") return { state: "over" };
	if (view?.phase === "interrupted" || view?.waiting === "interrupted") return { state: "interrupted" };
	if (view?.session === undefined) return { state: "not-yet" };
	const { frozen, sharing } = story;
	if (view.waiting === "frozen") return { state: "frozen", why: frozen?.why, people: frozen?.people ?? [] };
	if (view.waiting === "re-keying" || view.leaving.length > 0) {
		return { state: "re-keying", leaving: people.refs(view.leaving.map(({ person }) => person)) };
	}
	return {
		state: "private",
		others: people.refs(view.session.people.filter((person) => !person.self)),
		early: sharing ? people.refs(view.attempt?.joining ?? []) : [],
	};
}

/** Whether something can be written now, and if not, why and until when. */
export function composerView(view: RoomView | undefined, over: boolean, sharing: boolean): ComposerView {
	if (over || view?.waiting === "over" || view?.phase === "leaving") return { state: "closed", why: "over" };
	if (view?.session === undefined && view?.phase === "agreeing" && sharing) return { state: "early" };
	if (view === undefined || view.session === undefined) return { state: "closed", why: "no-session" };
	switch (view.waiting) {
		case undefined:
			return { state: "open" };
		case "re-keying":
			return { state: "waits", until: "new-keys" };
		case "frozen":
			return { state: "waits", until: "unfrozen" };
		case "interrupted":
			return { state: "waits", until: "connection" };
		case "no-session":
			return { state: "closed", why: "no-session" };
	}
}
