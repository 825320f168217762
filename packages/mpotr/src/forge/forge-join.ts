import { encode, equal } from "@clowder/bytes";
import type { Attempt, Base, FoldState } from "../fold/state.ts";
import { stateHash } from "../fold/state.ts";
import { encodeIdentity, identityCommitment, writeIdentity } from "../identity.ts";
import type { Mac, MessageHash, StateHash } from "../labels.ts";
import { makeState } from "../participant/make-state.ts";
import { joinAuthenticator, joinCore } from "../participant/join.ts";
import { encryptOnce, seal } from "../session/sealed-box.ts";
import { NO_CONTEXT } from "../wire/envelope.ts";
import type { Join, Roster } from "../wire/messages.ts";
import type { Ledger } from "./ledger.ts";
import type { Post } from "./forge-agreement.ts";
import type { Puppet, Strings } from "./puppet.ts";
import { standInFor } from "./stand-in.ts";

/** The session that somebody comes into, and how it is written to. */
export interface Doorway {
	readonly strings: Strings;
	readonly post: Post;
	readonly state: () => FoldState;
	readonly lastPlaced: () => MessageHash;
	readonly ledger: Ledger;
}

function baseOf({ state }: Doorway): Base {
	const { base } = state();
	if (base === undefined) throw new Error("nobody joins before there is a session");
	return base;
}

function bind<T>(made: { readonly ok: true; readonly value: T } | { readonly ok: false }): T {
	if (!made.ok) throw new Error("keys of our own give no shared secret");
	return made.value;
}

/**
 * A JOIN in somebody's name without their long-term secret. The box needs only the identity, which is public; each proof `a_i`
 * is over `DH(LSK_N, y_i)`, which the secret of `y_i` gives too: the one member's whom the proof is for. A forger that made
 * all of them proves the newcomer's key to everyone; a corrupt member alone proves it to itself (rule FORGE-6).
 */
export function forgeJoin(strings: Strings, newcomer: Puppet, sponsor: Puppet, base: Base, state: StateHash): Join {
	const { suite, random } = strings;
	const keys = newcomer.keys.own;
	const bare = {
		type: "JOIN" as const,
		keySet: keys.public,
		commitment: identityCommitment(suite, newcomer.identity),
		sponsor: sponsor.keys.own.public.v.bytes,
		sealed: bind(
			seal(suite, sponsor.keys.own.public, [state, keys.public.v.bytes], encodeIdentity(newcomer.identity), random),
		),
		passphrase: undefined,
	};
	const core = joinCore(bare);
	const authenticators = base.members.map(({ next }): Mac => {
		const identity = bind(suite.primitives.dhFromIdentity(standInFor(newcomer.identity.lpk), next.y));
		const ephemeral = bind(suite.primitives.dh(keys.x, next.y));
		return joinAuthenticator({ suite }, { identity, ephemeral }, newcomer.identity, core, state);
	});
	return { ...bare, authenticators };
}

function makeRoster(strings: Strings, attempt: Attempt, everyone: readonly Puppet[]): Roster {
	const { suite, random } = strings;
	const key = random(32);
	const plain = encode((w) => {
		for (const slot of attempt.slots) {
			const one = everyone.find(({ keys }) => equal(keys.own.public.v.bytes, slot.keySet.v.bytes));
			if (one === undefined) throw new Error("the attempt has another list");
			writeIdentity(w, one.identity);
		}
	});
	const boxes = attempt.slots
		.filter((slot) => slot.join !== undefined)
		.map(({ keySet }) => {
			const newcomer = keySet.v.bytes;
			return { newcomer, box: bind(seal(suite, keySet, [attempt.aid, newcomer], key, random)) };
		});
	return { type: "ROSTER", aid: attempt.aid, boxes, ...encryptOnce(suite, key, [attempt.aid], plain) };
}

/**
 * Somebody knocks, is told the state, joins, is introduced, and the attempt with them opens. Gives its ROSTER, for the opener
 * to post; `inside` are those who go on.
 */
export function forgeEntry(
	door: Doorway,
	newcomer: Puppet,
	by: { readonly sponsor: Puppet; readonly opener: Puppet },
	inside: readonly Puppet[],
): () => void {
	const { strings, post, state, ledger } = door;
	const { sponsor, opener } = by;
	const v = sponsor.keys.own.public.v.bytes;
	const { aid } = ledger;
	post(newcomer, NO_CONTEXT, { type: "KNOCK", keySet: newcomer.keys.own.public });
	const told = makeState({ fold: state(), lastPlaced: door.lastPlaced() }, { own: sponsor.keys.own });
	if (told === undefined) throw new Error("nobody joins before there is a session");
	post(sponsor, aid, told);
	const answersTo = stateHash(strings.suite, state()) as StateHash;
	post(newcomer, answersTo, forgeJoin(strings, newcomer, sponsor, baseOf(door), answersTo));
	const join = door.lastPlaced();
	const introduction = { kind: "introduction", identity: newcomer.identity } as const;
	const content = ledger.write(v, introduction, [join], strings.random(16));
	post(sponsor, aid, { type: "INTRODUCE", join, content });
	post(opener, aid, { type: "OPEN", k: state().k, joins: [join], rekey: false });
	const { attempt } = state();
	if (attempt === undefined) throw new Error("the attempt did not open");
	return () => post(opener, aid, makeRoster(strings, attempt, [...inside, newcomer]));
}
