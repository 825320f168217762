import type { Primitives } from "@clowder/crypto";
import type { Nickname, Person, PersonId, RoomView } from "@clowder/mpotr";
import { type Fingerprint, fingerprintOf } from "../identity/fingerprint.ts";
import { PEOPLE_KEPT_MAX } from "../limits.ts";
import type { PersonRef, PersonState, PersonView } from "./snapshot.ts";

interface Known {
	readonly ref: PersonRef;
	readonly fingerprint: Fingerprint;
	readonly skeleton: string;
	sat: boolean;
}

/** Everyone who was seen in this visit, by key. Names belong to keys, never the other way round. */
export class People {
	readonly #known = new Map<PersonId, Known>();
	readonly #muted = new Set<PersonId>();
	readonly #primitives: Pick<Primitives, "sha512">;
	readonly #skeleton: (name: Nickname) => string;

	constructor(primitives: Pick<Primitives, "sha512">, skeleton: (name: Nickname) => string) {
		this.#primitives = primitives;
		this.#skeleton = skeleton;
	}

	ref(person: Person): PersonRef {
		return this.#meet(person).ref;
	}

	/** In the order of the list: oneself first, then by name. */
	refs(people: readonly Person[]): readonly PersonRef[] {
		return people.map((person) => this.ref(person)).sort(selfFirstThenByName);
	}

	/** Undefined for someone never seen, or so long ago that they were forgotten. */
	find(id: PersonId): PersonRef | undefined {
		return this.#known.get(id)?.ref;
	}

	fingerprint(person: Person): Fingerprint {
		return this.#meet(person).fingerprint;
	}

	/** Those of `others` whose names look like this one's. */
	lookAlikes(person: Person, others: readonly Person[]): readonly PersonRef[] {
		const { skeleton } = this.#meet(person);
		const known = others.filter((other) => other.id !== person.id).map((other) => this.#meet(other));
		return known.filter((other) => other.skeleton === skeleton).map((other) => other.ref);
	}

	/** Whether someone sat in a session of this visit. */
	sat(id: PersonId): boolean {
		return this.#known.get(id)?.sat === true;
	}

	/** They sit in a session. */
	seat(people: readonly Person[]): void {
		for (const person of people) this.#meet(person).sat = true;
	}

	mute(id: PersonId, muted: boolean): void {
		if (muted && this.#known.get(id)?.ref.self === false) this.#muted.add(id);
		else this.#muted.delete(id);
	}

	muted(): readonly PersonId[] {
		return [...this.#muted];
	}

	/** Those in the room: oneself first, the others by name. */
	list(view: RoomView): readonly PersonView[] {
		const states = new Map<PersonId, { person: Person; state: PersonState; how: PersonView["how"] }>();
		const add = (person: Person, state: PersonState, how?: PersonView["how"]): void => {
			states.set(person.id, { person, state, how });
		};
		for (const person of view.session?.people ?? []) add(person, "in-session");
		for (const { person } of view.asking) if (!states.has(person.id)) add(person, "asking");
		for (const person of [...view.joining, ...(view.attempt?.joining ?? [])]) {
			if (!states.has(person.id)) add(person, "joining");
		}
		for (const person of view.attempt?.leaving ?? []) add(person, "leaving");
		for (const { person, how } of view.leaving) add(person, "leaving", how);
		if (!states.has(view.self.id)) add(view.self, "joining");

		const entries = [...states.values()].map((entry) => ({ ...entry, known: this.#meet(entry.person) }));
		return entries
			.map(({ known, state, how }) => ({
				...known.ref,
				state,
				how,
				fingerprint: known.fingerprint,
				lookAlikes: entries
					.filter((other) => other.known !== known && other.known.skeleton === known.skeleton)
					.map((other) => other.known.ref),
				muted: this.#muted.has(known.ref.id),
			}))
			.sort(selfFirstThenByName);
	}

	#meet(person: Person): Known {
		const known = this.#known.get(person.id);
		// Put in anew, so that the map stays in the order in which people were last seen.
		this.#known.delete(person.id);
		if (known !== undefined && known.ref.nickname === person.nickname) {
			this.#known.set(person.id, known);
			return known;
		}
		const fingerprint = known?.fingerprint ?? fingerprintOf(person.identityKey, this.#primitives);
		const ref: PersonRef = {
			id: person.id,
			nickname: person.nickname,
			self: person.self,
			mark: fingerprint.mark,
		};
		const met = { ref, fingerprint, skeleton: this.#skeleton(person.nickname), sat: known?.sat ?? false };
		this.#known.set(person.id, met);
		if (this.#known.size > PEOPLE_KEPT_MAX) this.#known.delete(this.#known.keys().next().value as PersonId);
		return met;
	}
}

function selfFirstThenByName(a: PersonRef, b: PersonRef): number {
	if (a.self !== b.self) return a.self ? -1 : 1;
	return a.nickname.localeCompare(b.nickname) || (a.id < b.id ? -1 : 1);
}
