import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fromHex, hex } from "@clowder/bytes";
import type { Random } from "../../src/random.ts";
import { type ReferenceInputs, scalarBytes, secretOf } from "./reference.ts";
import { conversation, Side } from "./support.ts";

/** `vectors/otrv4/smp.json` of the repository, seen from `packages/otrv4/dist/test/smp/`. */
const FILE = new URL("../../../../../vectors/otrv4/smp.json", import.meta.url);

/** What the initiator draws, in this order: for message 1, and for message 3. */
export const INITIATOR_DRAWS = ["a2", "a3", "r2", "r3", "r4", "r5", "r6", "r7"] as const;
/** What the responder draws: for message 2, and `r7` for message 4. */
export const RESPONDER_DRAWS = ["b2", "b3", "r2", "r3", "r4", "r5", "r6", "r7"] as const;

type Draws = Readonly<Record<string, string>>;

/** One SMP. Byte strings in hexadecimal; texts as they are typed. */
export interface SmpVector {
	readonly name: string;
	readonly reading: "specification" | "otr4j";
	readonly initiatorFingerprint: string;
	readonly responderFingerprint: string;
	readonly ssid: string;
	readonly question: string;
	readonly initiatorSecret: string;
	readonly responderSecret: string;
	readonly initiatorRandom: Draws;
	readonly responderRandom: Draws;
	/** The secrets as SCALAR. */
	readonly x: string;
	readonly y: string;
	/** The values of the TLVs of types 2 to 5. */
	readonly messages: readonly string[];
	readonly equal: boolean;
}

export interface SmpVectorFile {
	readonly description: string;
	readonly spec: string;
	readonly cases: readonly SmpVector[];
}

interface Case {
	readonly name: string;
	readonly reading: "specification" | "otr4j";
	readonly question: string;
	readonly initiatorSecret: string;
	readonly responderSecret: string;
}

const CASES: readonly Case[] = [
	{
		name: "equal secrets, a question",
		reading: "specification",
		question: "Où était le chat ?",
		initiatorSecret: "sur le café",
		responderSecret: "sur le café",
	},
	{
		name: "unequal secrets, no question",
		reading: "specification",
		question: "",
		initiatorSecret: "the cat",
		responderSecret: "the Cat",
	},
	{
		name: "empty secrets, as otr4j derives them",
		reading: "otr4j",
		question: "",
		initiatorSecret: "",
		responderSecret: "",
	},
];

export function inputsOf(vector: SmpVector): ReferenceInputs {
	return {
		reading: vector.reading,
		initiatorFingerprint: bytes(vector.initiatorFingerprint),
		responderFingerprint: bytes(vector.responderFingerprint),
		ssid: bytes(vector.ssid),
		question: vector.question,
		initiatorSecret: vector.initiatorSecret,
		responderSecret: vector.responderSecret,
		initiatorRandom: INITIATOR_DRAWS.map((name) => bytes(vector.initiatorRandom[name] ?? "")),
		responderRandom: RESPONDER_DRAWS.map((name) => bytes(vector.responderRandom[name] ?? "")),
	};
}

/** Bytes of hexadecimal text in a vector file. */
export function bytes(text: string): Uint8Array {
	const result = fromHex(text);
	if (!result.ok) throw new Error(`not hexadecimal: ${text}`);
	return result.value;
}

/** Writes down, under their names, what is drawn. */
function recorded(random: Random, names: readonly string[], into: Record<string, string>): Random {
	return (length) => {
		const name = names[Object.keys(into).length];
		if (name === undefined) throw new Error("more random bytes are drawn than there are names for");
		const drawn = random(length);
		into[name] = hex(drawn);
		return drawn;
	};
}

function vectorOf(one: Case): SmpVector {
	const { alice, bob } = conversation(one.name, { reading: one.reading });
	const initiatorRandom: Record<string, string> = {};
	const responderRandom: Record<string, string> = {};
	const initiator = new Side({ ...alice, random: recorded(alice.random, INITIATOR_DRAWS, initiatorRandom) });
	const responder = new Side({ ...bob, random: recorded(bob.random, RESPONDER_DRAWS, responderRandom) });
	initiator.start(one.initiatorSecret, one.question);
	const message1 = initiator.sentOne();
	responder.receive(message1);
	responder.answer(one.responderSecret);
	const message2 = responder.sentOne();
	initiator.receive(message2);
	const message3 = initiator.sentOne();
	responder.receive(message3);
	const message4 = responder.sentOne();
	initiator.receive(message4);
	const result = initiator.told().at(-1);
	if (result?.kind !== "finished") throw new Error("an SMP of the vectors was not finished");
	const values: Omit<SmpVector, "x" | "y"> = {
		...one,
		initiatorFingerprint: hex(alice.ourFingerprint),
		responderFingerprint: hex(bob.ourFingerprint),
		ssid: hex(alice.ssid),
		initiatorRandom,
		responderRandom,
		messages: [message1, message2, message3, message4].map(({ value }) => hex(value)),
		equal: result.equal,
	};
	const inputs = inputsOf({ ...values, x: "", y: "" });
	const secret = (typed: string): string => hex(scalarBytes(secretOf(inputs, typed)));
	return { ...values, x: secret(one.initiatorSecret), y: secret(one.responderSecret) };
}

/** The file's text as the library makes it; `x` and `y`, which it does not give away, are of the second computation. */
export function generatedVectorText(): string {
	const file: SmpVectorFile = {
		description:
			"The Socialist Millionaires' Protocol: from what both sides know and draw to the values of the four TLVs. A random value is 57 bytes, hashed and pruned to become the scalar of its name. Fingerprints are of random bytes.",
		spec: 'otrv4.md at 0f844b0, "Socialist Millionaires Protocol (SMP)"; reading "otr4j": 64 bytes of the hash modulo q, not pruned, as x and y',
		cases: CASES.map(vectorOf),
	};
	return `${JSON.stringify(file, undefined, "\t")}\n`;
}

export function vectorText(): string | undefined {
	return existsSync(FILE) ? readFileSync(FILE, "utf8") : undefined;
}

export function writeVectorText(text: string): void {
	mkdirSync(new URL(".", FILE), { recursive: true });
	writeFileSync(FILE, text);
}

export function readVectors(): SmpVectorFile {
	const text = vectorText();
	if (text === undefined) throw new Error("vectors/otrv4/smp.json is not there");
	return JSON.parse(text) as SmpVectorFile;
}
