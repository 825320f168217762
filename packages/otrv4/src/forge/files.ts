import { hex, ok, type Result } from "@clowder/bytes";
import type { Ed448KeyPair, OtrPrimitives } from "@clowder/crypto/otr";
import { createAccount } from "../account/account.ts";
import type { StoredEnsemble } from "../prekey-server/storage.ts";
import type { Random } from "../random.ts";
import { type Refusal, refuse } from "../refusal.ts";
import type { FalsePrekeyEnsemble } from "./ensembles.ts";
import type { Impersonation } from "./impersonation.ts";
import { fieldsOf, type JsonValue, readJson } from "./json.ts";
import { parse } from "./parse.ts";
import type { Person } from "./people.ts";
import { type Printable, printable } from "./printable.ts";
import { type Script, WORDS_MAX } from "./transcripts.ts";

const KEY_BYTES = 57;

/** When what a file asks for is to have happened; the caller's own time if it does not say. */
interface Timed {
	/** Seconds since 1970. */
	readonly atSeconds?: number;
}

/**
 * A script: `initiator` and `responder`, each `{ address, profile }`; `words`, each `{ sender, text }`; and where wanted
 * `endedBy`, `key`, `ensemble`, `atSeconds`. Byte strings are hexadecimal, a key its 57 secret bytes. A profile may also be
 * the text of a message with one in it. For a DAKE alone `words` may be left out.
 */
export function scriptFromJson(primitives: OtrPrimitives, text: string): Result<Script & Timed, Refusal> {
	return readJson("script", text, (value) => {
		const optional = ["words", "endedBy", "key", "ensemble", "atSeconds"] as const;
		const fields = fieldsOf(value, ["initiator", "responder"], optional);
		return {
			initiator: person(fields.initiator),
			responder: person(fields.responder),
			words: fields.words?.list(WORDS_MAX, word) ?? [],
			...maybe("endedBy", fields.endedBy?.text()),
			...maybe("key", fields.key && key(primitives, fields.key)),
			...maybe("ensemble", fields.ensemble && ensemble(fields.ensemble)),
			...maybe("atSeconds", fields.atSeconds?.seconds()),
		};
	});
}

/** Who is to be played: `as`, a person; `peerAddress`; `key`; for an offline one the `ensemble`; where wanted `atSeconds`. */
export function impersonationFromJson(
	primitives: OtrPrimitives,
	text: string,
): Result<Impersonation & Timed & { readonly ensemble?: StoredEnsemble }, Refusal> {
	return readJson("impersonation", text, (value) => {
		const fields = fieldsOf(value, ["as", "peerAddress", "key"], ["ensemble", "atSeconds"]);
		return {
			as: person(fields.as),
			peerAddress: fields.peerAddress.text(),
			key: key(primitives, fields.key),
			...maybe("ensemble", fields.ensemble && ensemble(fields.ensemble)),
			...maybe("atSeconds", fields.atSeconds?.seconds()),
		};
	});
}

/** Whose ensemble is to be false: `owner`, a person; `key`, the long-term one; where wanted `atSeconds`. */
export function ownerFromJson(
	primitives: OtrPrimitives,
	text: string,
): Result<{ readonly owner: Person; readonly key: Ed448KeyPair } & Timed, Refusal> {
	return readJson("owner", text, (value) => {
		const fields = fieldsOf(value, ["owner", "key"], ["atSeconds"]);
		return {
			owner: person(fields.owner),
			key: key(primitives, fields.key),
			...maybe("atSeconds", fields.atSeconds?.seconds()),
		};
	});
}

/** Both keys and a Client Profile of somebody new, to try things with: `person` is public, the keys are secret. */
export function newIdentity(
	primitives: OtrPrimitives,
	random: Random,
	address: string,
	nowMs: number,
): Result<Printable, Refusal> {
	const account = createAccount({ primitives, random, mode: "standalone", keepForgingKey: true }, nowMs);
	if (!account.ok) return account;
	const { keyPair, forgingKey } = account.value.content();
	if (forgingKey.keyPair === undefined) return refuse("caller", "key", "forging key", "its secret", "none");
	return ok({
		person: { address, profile: hex(account.value.clientProfile(nowMs).profile.bytes) },
		longTermKey: hex(keyPair.reveal()),
		forgingKey: hex(forgingKey.keyPair.reveal()),
	});
}

/** A false ensemble for people and programs to read: what is handed out, and the secrets that read the answers. */
export function printableEnsemble(made: FalsePrekeyEnsemble): Printable {
	const { ensemble: published, prekeyProfile, prekey } = made;
	return {
		ensemble: printable(published),
		secrets: {
			sharedPrekey: hex(prekeyProfile.sharedPrekey.reveal()),
			y: hex(prekey.keys.ecdh.reveal()),
			b: hex(prekey.keys.dh.reveal()),
		},
	};
}

/** A field where there is a value: with `exactOptionalPropertyTypes`, one that is undefined is something else. */
function maybe<Name extends string, T>(name: Name, value: T | undefined): { readonly [each in Name]?: T } {
	return (value === undefined ? {} : { [name]: value }) as { readonly [each in Name]?: T };
}

function word(value: JsonValue): Script["words"][number] {
	const fields = fieldsOf(value, ["sender", "text"]);
	return { sender: fields.sender.text(), text: fields.text.text() };
}

function person(value: JsonValue): Person {
	const fields = fieldsOf(value, ["address", "profile"]);
	return { address: fields.address.text(), profile: profile(fields.profile) };
}

function profile(value: JsonValue): Uint8Array {
	if (!value.text().startsWith("?OTR:")) return value.bytes();
	const parsed = value.take(parse(value.text()));
	if (parsed.kind === "encoded" && "clientProfile" in parsed.message) return parsed.message.clientProfile.bytes;
	return value.refuse("a message with a Client Profile in it", "another");
}

function key(primitives: OtrPrimitives, value: JsonValue): Ed448KeyPair {
	return primitives.ed448.keyPair(value.bytes(KEY_BYTES));
}

function ensemble(value: JsonValue): StoredEnsemble {
	const fields = fieldsOf(value, ["clientProfile", "prekeyProfile", "prekeyMessage"]);
	return {
		clientProfile: fields.clientProfile.bytes(),
		prekeyProfile: fields.prekeyProfile.bytes(),
		prekeyMessage: fields.prekeyMessage.bytes(),
	};
}
