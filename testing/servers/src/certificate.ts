import { generateKeyPairSync, randomBytes, sign } from "node:crypto";

export interface MadeCertificate {
	/** PEM, signed by itself. */
	readonly chain: string;
	/** PEM. */
	readonly key: string;
}

const DAY_MS = 86_400_000;

/** A certificate for tests (RFC 5280, as little as is needed): P-256, signed by itself, its own authority. */
export function makeCertificate(
	names: readonly string[],
	from: Date = new Date(Date.now() - DAY_MS),
	until: Date = new Date(Date.now() + 30 * DAY_MS),
): MadeCertificate {
	const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
	const ecdsaWithSha256 = sequence(tagged(0x06, Buffer.from("2a8648ce3d040302", "hex")));
	const commonName = sequence(tagged(0x06, Buffer.from("550403", "hex")), tagged(0x0c, Buffer.from(names[0] ?? "")));
	const name = sequence(tagged(0x31, commonName));
	const otherNames = sequence(...names.map((text) => tagged(0x82, Buffer.from(text))));
	const extension = (oid: string, value: Buffer): Buffer =>
		sequence(tagged(0x06, Buffer.from(oid, "hex")), tagged(0x04, value));
	const body = sequence(
		tagged(0xa0, tagged(0x02, Buffer.from([2]))),
		tagged(0x02, Buffer.concat([Buffer.from([1]), randomBytes(15)])),
		ecdsaWithSha256,
		name,
		sequence(time(from), time(until)),
		name,
		publicKey.export({ type: "spki", format: "der" }),
		tagged(
			0xa3,
			sequence(extension("551d11", otherNames), extension("551d13", sequence(tagged(0x01, Buffer.from([0xff]))))),
		),
	);
	const signature = tagged(0x03, Buffer.concat([Buffer.from([0]), sign("sha256", body, privateKey)]));
	const der = sequence(body, ecdsaWithSha256, signature);
	const lines = der.toString("base64").replace(/.{64}(?!$)/g, "$&\n");
	return {
		chain: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
		key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
	};
}

/** GeneralizedTime. */
function time(date: Date): Buffer {
	return tagged(0x18, Buffer.from(`${date.toISOString().replace(/\D/g, "").slice(0, 14)}Z`));
}

function sequence(...parts: readonly Buffer[]): Buffer {
	return tagged(0x30, Buffer.concat(parts));
}

/** DER: tag, length, content. */
function tagged(tag: number, content: Buffer): Buffer {
	const { length } = content;
	const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
	return Buffer.concat([Buffer.from([tag, ...size]), content]);
}
