import { concat, hex } from "@clowder/bytes";
import type { DhSecretKey, Suite } from "@clowder/crypto";
import { messages } from "./blame-room.ts";
import type { TestPlace } from "./place.ts";

/** The three Diffie-Hellman secrets of a pairwise key, and whose keys it is of. */
export interface Pair {
	/** Of the lower one's long-term key, of the higher one's, and of no long-term key. */
	readonly secrets: readonly [Uint8Array, Uint8Array, Uint8Array];
	readonly ys: readonly [Uint8Array, Uint8Array];
}

/** What a hash is over: every part stands after its length (rule HASH-1), the first three being tag, suite and label. */
export function partsOf(input: Uint8Array): readonly Uint8Array[] {
	const parts: Uint8Array[] = [];
	const view = new DataView(input.buffer, input.byteOffset, input.length);
	for (let at = 0; at + 4 <= input.length; ) {
		const end = at + 4 + view.getUint32(at);
		parts.push(input.slice(at + 4, end));
		at = end;
	}
	return parts;
}

function distinct(all: readonly Uint8Array[]): readonly Uint8Array[] {
	return [...new Map(all.map((one) => [hex(one), one])).values()];
}

/** A suite that notes what goes into every pairwise key: what an attack would have to make. */
export class PairRecorder {
	readonly suite: Suite;
	readonly pairs: Pair[] = [];
	readonly #plain: Suite;
	readonly #identities: Uint8Array[] = [];

	constructor(plain: Suite) {
		this.#plain = plain;
		const sha512: Suite["primitives"]["sha512"] = (...parts) => {
			this.#note(concat(...parts));
			return plain.primitives.sha512(...parts);
		};
		this.suite = { ...plain, primitives: { ...plain.primitives, sha512 } };
	}

	#note(input: Uint8Array): void {
		const [, , label, a, b, c, , low, high, yLow, yHigh] = partsOf(input);
		if (Buffer.from(label ?? []).toString() !== "p2p") return;
		if (!a || !b || !c || !low || !high || !yLow || !yHigh) throw new Error("not what a pairwise key is made of");
		this.pairs.push({ secrets: [a, b, c], ys: [yLow, yHigh] });
		this.#identities.push(low, high);
	}

	/**
	 * Every Diffie-Hellman secret that can be made of these seeds of `x`, of these long-term seeds and of all that is public,
	 * in hexadecimal.
	 */
	derivable(xs: readonly Uint8Array[], identitySeeds: readonly Uint8Array[] = []): ReadonlySet<string> {
		const { primitives } = this.#plain;
		const ys = distinct(this.pairs.flatMap((pair) => pair.ys)).flatMap((bytes) => {
			const y = primitives.parseDhPublicKey(bytes);
			return y.ok ? [y.value] : [];
		});
		const lpks = distinct(this.#identities).flatMap((bytes) => {
			const lpk = primitives.parseIdentityKey(bytes);
			return lpk.ok ? [lpk.value] : [];
		});
		const secrets = distinct(xs).map((x): DhSecretKey => primitives.dhKeyPair(x));
		const made = [
			...secrets.flatMap((x) => [
				...ys.map((y) => primitives.dh(x, y)),
				...lpks.map((lpk) => primitives.dhToIdentity(x, lpk)),
			]),
			...identitySeeds.flatMap((seed) => ys.map((y) => primitives.dhFromIdentity(primitives.identityKey(seed), y))),
		];
		return new Set(made.flatMap((shared) => (shared.ok ? [hex(concat(shared.value))] : [])));
	}
}

/** How many of a pair's three secrets are among these. */
export function knownOf(pair: Pair, known: ReadonlySet<string>): number {
	return pair.secrets.filter((secret) => known.has(hex(secret))).length;
}

/** Those of the pairs whose both ends confirmed an attempt, with the keys of the pair. */
export function livePairs(place: TestPlace, pairs: readonly Pair[]): readonly Pair[] {
	const all = messages(place).map(({ parsed }) => parsed);
	const confirmed = new Set(all.filter(({ message }) => message.type === "CONFIRM").map(({ header }) => hex(header.v)));
	const ys = new Set(
		all.flatMap(({ message }) => {
			const keySet = message.type === "SHARE" ? message.next : "keySet" in message ? message.keySet : undefined;
			return keySet !== undefined && confirmed.has(hex(keySet.v.bytes)) ? [hex(keySet.y.bytes)] : [];
		}),
	);
	return pairs.filter((pair) => pair.ys.every((y) => ys.has(hex(y))));
}
