import type { PersonId, RoomTerms, RoomView } from "@clowder/mpotr";
import type { People } from "./people.ts";
import type { PersonRef, RequestView } from "./snapshot.ts";

/** Who asks to come in, with what is known of them, oldest first. */
export function requestsView(view: RoomView | undefined, people: People): readonly RequestView[] {
	if (view?.session === undefined || view.room === undefined) return [];
	const { room, session } = view;
	// Who is on the way out has no voice.
	const here = session.people.filter(({ id }) => !view.leaving.some((one) => one.person.id === id));
	const known = (ids: readonly PersonId[]): readonly PersonRef[] => ids.flatMap((id) => people.find(id) ?? []);
	return view.asking.map(({ person, approvedBy, refusedBy, own }) => ({
		person: people.ref(person),
		fingerprint: people.fingerprint(person),
		lookAlikes: people.lookAlikes(person, here),
		seenBefore: people.sat(person.id),
		approvedBy: known(approvedBy),
		refusedBy: known(refusedBy),
		needed: neededOf(room.policy, here.length),
		of: here.length,
		own,
	}));
}

function neededOf(policy: RoomTerms["policy"], present: number): number {
	switch (policy) {
		case "open":
			return 0;
		case "any":
			return 1;
		case "majority":
			return Math.floor(present / 2) + 1;
		case "all":
			return present;
	}
}
