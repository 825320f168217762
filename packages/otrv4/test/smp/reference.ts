import { createHash } from "node:crypto";

// Every value of the SMP a second time, from the formulas of otrv4.md: whole numbers, affine points, and nothing of the
// library. Slow, and in no way constant-time.

const P = 2n ** 448n - 2n ** 224n - 1n;
const D = P - 39081n;
const Q = 2n ** 446n - 13818066809895115352007386748515426880336692474882178609894547503885n;

interface Affine {
	readonly x: bigint;
	readonly y: bigint;
}

/** RFC 8032 section 5.2. */
export const BASE: Affine = {
	x: 224580040295924300187604334099896036246789641632564134246125461686950415467406032909029192869357953282578032075146446173674602635247710n,
	y: 298819210078481492676017930443930673437544040154080242095928241372331506189835876003536878655418784733982303233503462500531545062832660n,
};

function modulo(value: bigint, modulus: bigint): bigint {
	const rest = value % modulus;
	return rest < 0n ? rest + modulus : rest;
}

/** By the extended algorithm of Euclid. */
function inverse(value: bigint): bigint {
	let [a, b, u, v] = [modulo(value, P), P, 1n, 0n];
	while (a > 1n) {
		const quotient = b / a;
		[a, b, u, v] = [b - quotient * a, a, v - quotient * u, u];
	}
	return modulo(u, P);
}

/** RFC 8032 section 5.2.4, with `z = 1`. */
export function add(a: Affine, b: Affine): Affine {
	const t = modulo(D * a.x * b.x * a.y * b.y, P);
	const i = inverse((1n + t) * (1n - t));
	return {
		x: modulo((a.x * b.y + a.y * b.x) * (1n - t) * i, P),
		y: modulo((a.y * b.y - a.x * b.x) * (1n + t) * i, P),
	};
}

function subtract(a: Affine, b: Affine): Affine {
	return add(a, { x: P - b.x, y: b.y });
}

/** `point`, twice it, four times it and so on, as far as they were needed. */
const DOUBLINGS = new WeakMap<Affine, Affine[]>();

export function multiply(point: Affine, scalar: bigint): Affine {
	const doublings = DOUBLINGS.get(point) ?? [point];
	DOUBLINGS.set(point, doublings);
	let sum: Affine = { x: 0n, y: 1n };
	for (let i = 0, rest = scalar; rest > 0n; i++, rest >>= 1n) {
		const half = doublings[i - 1] ?? point;
		const power = doublings[i] ?? add(half, half);
		doublings[i] = power;
		if (rest % 2n === 1n) sum = add(sum, power);
	}
	return sum;
}

export function little(bytes: Uint8Array): bigint {
	return BigInt(`0x${Buffer.from(bytes).reverse().toString("hex")}`);
}

export function scalarBytes(value: bigint): Uint8Array {
	return Buffer.from(value.toString(16).padStart(114, "0"), "hex").reverse();
}

export function pointBytes({ x, y }: Affine): Uint8Array {
	const bytes = scalarBytes(y);
	if (x % 2n === 1n) bytes[56] = 0x80;
	return bytes;
}

function shake(parts: readonly Uint8Array[], length: number): Uint8Array {
	return createHash("shake256", { outputLength: length }).update(Buffer.concat(parts)).digest();
}

export function kdf(usage: number, value: Uint8Array, length: number): Uint8Array {
	return shake([Buffer.from("OTRv4"), Uint8Array.of(usage), value], length);
}

function hashToScalar(version: number, ...points: readonly Affine[]): bigint {
	return modulo(little(kdf(version, Buffer.concat(points.map(pointBytes)), 57)), Q);
}

/** "Considerations while working with elliptic curve parameters". */
function pruned(bytes: Uint8Array): bigint {
	const copy = Uint8Array.from(bytes);
	copy[0] = (copy[0] ?? 0) & 0b11111100;
	copy[55] = (copy[55] ?? 0) | 0b10000000;
	copy[56] = 0;
	return modulo(little(copy), Q);
}

export interface ReferenceInputs {
	readonly reading: "specification" | "otr4j";
	readonly initiatorFingerprint: Uint8Array;
	readonly responderFingerprint: Uint8Array;
	readonly ssid: Uint8Array;
	readonly question: string;
	readonly initiatorSecret: string;
	readonly responderSecret: string;
	/** 57 bytes for each of a2, a3, r2, r3 (message 1), r4, r5, r6, r7 (message 3). */
	readonly initiatorRandom: readonly Uint8Array[];
	/** 57 bytes for each of b2, b3, r2, r3, r4, r5, r6 (message 2), r7 (message 4). */
	readonly responderRandom: readonly Uint8Array[];
}

/** `x` and `y`, the values of the four TLVs, and what each side finds. */
export interface ReferenceRun {
	readonly x: bigint;
	readonly y: bigint;
	readonly messages: readonly [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
	readonly responderFinds: boolean;
	readonly initiatorFinds: boolean;
}

function dataField(bytes: Uint8Array): Uint8Array {
	const length = Buffer.alloc(4);
	length.writeUInt32BE(bytes.length);
	return Buffer.concat([length, bytes]);
}

export function secretOf(inputs: ReferenceInputs, userSecret: string): bigint {
	const information = Buffer.concat([
		Uint8Array.of(1),
		inputs.initiatorFingerprint,
		inputs.responderFingerprint,
		inputs.ssid,
		dataField(Buffer.from(userSecret, "utf8")),
	]);
	const usage = 0x19;
	if (inputs.reading === "otr4j") return modulo(little(kdf(usage, information, 64)), Q);
	return pruned(kdf(usage, information, 57));
}

function scalars<Count extends number>(random: readonly Uint8Array[], count: Count): bigint[] {
	if (random.length !== count) throw new Error(`${random.length} random values where ${count} are due`);
	return random.map((bytes) => pruned(shake([bytes], 57)));
}

function fields(...parts: readonly (Affine | bigint)[]): Uint8Array {
	return Buffer.concat(parts.map((part) => (typeof part === "bigint" ? scalarBytes(part) : pointBytes(part))));
}

function same(a: Affine, b: Affine): boolean {
	return a.x === b.x && a.y === b.y;
}

/** "SMP Overview", from top to bottom. */
export function referenceRun(inputs: ReferenceInputs): ReferenceRun {
	const x = secretOf(inputs, inputs.initiatorSecret);
	const y = secretOf(inputs, inputs.responderSecret);
	const alice = scalars(inputs.initiatorRandom, 8);
	const bob = scalars(inputs.responderRandom, 8);
	const [a2 = 0n, a3 = 0n, ar2 = 0n, ar3 = 0n, ar4 = 0n, ar5 = 0n, ar6 = 0n, ar7 = 0n] = alice;
	const [b2 = 0n, b3 = 0n, br2 = 0n, br3 = 0n, br4 = 0n, br5 = 0n, br6 = 0n, br7 = 0n] = bob;

	const c2a = hashToScalar(0x01, multiply(BASE, ar2));
	const c3a = hashToScalar(0x02, multiply(BASE, ar3));
	const g2a = multiply(BASE, a2);
	const g3a = multiply(BASE, a3);
	const message1 = Buffer.concat([
		dataField(Buffer.from(inputs.question, "utf8")),
		fields(g2a, c2a, modulo(ar2 - a2 * c2a, Q), g3a, c3a, modulo(ar3 - a3 * c3a, Q)),
	]);

	const g2b = multiply(BASE, b2);
	const g3b = multiply(BASE, b3);
	const c2b = hashToScalar(0x03, multiply(BASE, br2));
	const c3b = hashToScalar(0x04, multiply(BASE, br3));
	const g2 = multiply(g2a, b2);
	const g3 = multiply(g3a, b3);
	const pb = multiply(g3, br4);
	const qb = add(multiply(BASE, br4), multiply(g2, y));
	const cpb = hashToScalar(0x05, multiply(g3, br5), add(multiply(BASE, br5), multiply(g2, br6)));
	const message2 = fields(
		...[g2b, c2b, modulo(br2 - b2 * c2b, Q), g3b, c3b, modulo(br3 - b3 * c3b, Q)],
		...[pb, qb, cpb, modulo(br5 - br4 * cpb, Q), modulo(br6 - y * cpb, Q)],
	);

	// The initiator's generators are the same by the law of exponents; computed its way, from what it received.
	const g2OfInitiator = multiply(g2b, a2);
	const g3OfInitiator = multiply(g3b, a3);
	const pa = multiply(g3OfInitiator, ar4);
	const qa = add(multiply(BASE, ar4), multiply(g2OfInitiator, x));
	const cpa = hashToScalar(0x06, multiply(g3OfInitiator, ar5), add(multiply(BASE, ar5), multiply(g2OfInitiator, ar6)));
	const differenceOfQ = subtract(qa, qb);
	const ra = multiply(differenceOfQ, a3);
	const cra = hashToScalar(0x07, multiply(BASE, ar7), multiply(differenceOfQ, ar7));
	const message3 = fields(
		...[pa, qa, cpa, modulo(ar5 - ar4 * cpa, Q), modulo(ar6 - x * cpa, Q)],
		...[ra, cra, modulo(ar7 - a3 * cra, Q)],
	);

	const rb = multiply(differenceOfQ, b3);
	const crb = hashToScalar(0x08, multiply(BASE, br7), multiply(differenceOfQ, br7));
	const message4 = fields(rb, crb, modulo(br7 - b3 * crb, Q));

	const differenceOfP = subtract(pa, pb);
	return {
		x,
		y,
		messages: [message1, message2, message3, message4],
		responderFinds: same(multiply(ra, b3), differenceOfP),
		initiatorFinds: same(multiply(rb, a3), differenceOfP),
	};
}
