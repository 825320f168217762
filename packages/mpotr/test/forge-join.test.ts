import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Base } from "../src/fold/state.ts";
import { checkIntroduction, checkSealed } from "../src/forge/check-join.ts";
import { forgeTranscript, type Transcript } from "../src/forge/index.ts";
import { Replay } from "../src/forge/replay.ts";
import { type OpenWitness, openWitness } from "../src/forge/witness.ts";
import { encodeIdentity, type Identity } from "../src/identity.ts";
import type { StateHash } from "../src/labels.ts";
import { joinAuthenticator, joinCore } from "../src/participant/join.ts";
import { seal } from "../src/session/sealed-box.ts";
import { parseMessage, signMessage, type VerifiedMessage, verifyMessage } from "../src/wire/envelope.ts";
import type { Join } from "../src/wire/messages.ts";
import { flipped } from "./support/cheat.ts";
import { seeded, suiteOf } from "./support/place.ts";
import type { Recorded } from "./support/record.ts";
import { realScene, scriptLike } from "./support/scenes.ts";

/** How somebody came in: their JOIN, what it answers to, and who they are. */
interface Entry {
	readonly join: VerifiedMessage<Join>;
	readonly base: Base;
	readonly identity: Identity;
}

function entryOf(session: Recorded, transcript: Transcript): Entry {
	const opened = Replay.open(session.suite, transcript);
	if (!opened.ok) return assert.fail(JSON.stringify(opened.error));
	const replay = opened.value;
	let found: Pick<Entry, "join" | "base"> | undefined;
	for (const item of transcript.placed) {
		const { base } = replay.state;
		const said = replay.place(item);
		if (!said.ok) return assert.fail(JSON.stringify(said.error));
		const { message, content } = said.value ?? {};
		if (message?.message.type === "JOIN" && base) found = { join: message as VerifiedMessage<Join>, base };
		if (content?.kind === "introduction" && found) return { ...found, identity: content.identity };
	}
	return assert.fail("nobody comes in");
}

function witnessOf(session: Recorded, transcript: Transcript): OpenWitness {
	const [witness] = transcript.witnesses;
	const open = witness && openWitness(session.suite, transcript.roster, witness);
	return open?.ok ? open.value : assert.fail("no witness");
}

/** The same JOIN with something of it changed, signed by the newcomer. */
function signedAgain(
	session: Recorded,
	{ join }: Entry,
	seed: Uint8Array,
	change: Partial<Join>,
): VerifiedMessage<Join> {
	const { suite } = session;
	const { binding } = session.parameters;
	const key = suite.primitives.signingKey(seed);
	const { context, number } = join.header;
	const { text } = signMessage(suite, binding, key, context, number, { ...join.message, ...change });
	const parsed = parseMessage(suite, text);
	const verified = parsed.ok ? verifyMessage(suite, binding, key.verifyKey, parsed.value) : parsed;
	return verified.ok ? (verified.value as VerifiedMessage<Join>) : assert.fail(JSON.stringify(verified.error));
}

for (const id of [1, 2] as const) {
	describe(`suite ${id}: coming in`, () => {
		const session = realScene(suiteOf(id), "join");
		const { suite } = session;
		const sponsor = ["Ana", "Bo"][session.sponsor] ?? assert.fail("no sponsor");
		const published = seeded("a key that the newcomer published")(32);
		/** In a forged transcript, with a signing key that is known. */
		const forged = (witness: string): Transcript => {
			const script = scriptLike(session, "join", { witness });
			const { end } = script;
			assert.ok(end?.type === "join");
			const made = forgeTranscript(
				suite,
				{ ...script, end: { ...end, who: { ...end.who, published } } },
				seeded("join"),
			);
			return made.ok ? made.value : assert.fail(JSON.stringify(made.error));
		};
		const cases = session.names.flatMap((name) => [
			{ kind: "real", name, transcript: session.by(name), seed: (v: Uint8Array) => session.seedOf(v) },
			{ kind: "forged", name, transcript: forged(name), seed: () => published },
		]);

		for (const { kind, name, transcript, seed } of cases) {
			test(`FORGE-4: ${name} checks who came in, in a ${kind} transcript, and refuses every other thing that is said`, () => {
				const witness = witnessOf(session, transcript);
				const entry = entryOf(session, transcript);
				const { join, base, identity } = entry;
				const check = (changed: VerifiedMessage<Join>, who: Identity = identity): string | undefined =>
					(checkSealed(witness, changed) ?? checkIntroduction(witness, changed, base, who))?.rule;
				assert.equal(check(join), undefined);
				const again = (change: Partial<Join>): VerifiedMessage<Join> =>
					signedAgain(session, entry, seed(join.header.v), change);
				assert.equal(check(again({})), undefined, "signed again, it is as good");
				const { sealed, authenticators, commitment } = join.message;
				const others: readonly Partial<Join>[] = [
					{ commitment: flipped(commitment) },
					{ authenticators: authenticators.map(flipped) },
					{ sealed: { ...sealed, ciphertext: flipped(sealed.ciphertext) } },
					{ sealed: { ...sealed, mac: flipped(sealed.mac) } },
				];
				for (const other of others) assert.equal(check(again(other)), "FORGE-4", Object.keys(other).join());
				assert.equal(check(join, { ...identity, salt: flipped(identity.salt) }), "FORGE-4", "another's introduction");
				const another = suite.primitives.identityKey(seeded("another")(32)).publicKey;
				assert.equal(check(join, { ...identity, lpk: another }), "FORGE-4", "another key in the same name");
			});
		}

		for (const name of session.names) {
			test(`FORGE-6: ${name} alone, with the secret of one y, makes the proof that the newcomer made with its long-term key`, () => {
				const transcript = session.by(name);
				const witness = witnessOf(session, transcript);
				const { join, base, identity } = entryOf(session, transcript);
				const x = suite.primitives.dhKeyPair(witness.nextX);
				const longTerm = suite.primitives.dhToIdentity(x, identity.lpk);
				const ephemeral = suite.primitives.dh(x, join.message.keySet.y);
				assert.ok(longTerm.ok && ephemeral.ok);
				const secrets = { identity: longTerm.value, ephemeral: ephemeral.value };
				const state = join.header.context as StateHash;
				const made = joinAuthenticator({ suite }, secrets, identity, joinCore(join.message), state);
				assert.deepEqual(made, join.message.authenticators[session.names.indexOf(name)]);
				assert.equal(base.members.length, session.names.length);
			});
		}

		test("FORGE-6: an identity in a box says nothing of who sealed it: it needs public keys only", () => {
			const transcript = session.by(sponsor);
			const entry = entryOf(session, transcript);
			const { join, identity } = entry;
			const witness = witnessOf(session, transcript);
			const context = [join.header.context, join.header.v];
			const box = seal(suite, witness.box.public, context, encodeIdentity(identity), seeded("a stranger"));
			assert.ok(box.ok);
			const theirs = signedAgain(session, entry, session.seedOf(join.header.v), { sealed: box.value });
			assert.equal(checkSealed(witness, theirs), undefined);
		});
	});
}
