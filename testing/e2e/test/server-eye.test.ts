import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, it } from "node:test";
import { findLeaks, type Secret } from "../src/server-eye.ts";

/** Bytes that look like a cipher's, the same in every run. */
function noise(bytes: number, seed: string): Buffer {
	const parts = Array.from({ length: Math.ceil(bytes / 64) }, (_, i) =>
		createHash("sha512").update(`${seed} ${i}`).digest(),
	);
	return Buffer.concat(parts).subarray(0, bytes);
}

const NAME = "Quetzalcóatl Ü.";
const KEY = noise(32, "key");
const SECRETS: Secret[] = [
	{ name: "name", value: NAME },
	{ name: "text", value: "meet me under the Zeppelin at nine" },
	{ name: "key", value: KEY },
];

function stanza(payload: string): string {
	return `<message to="room@rooms.localhost" type="groupchat"><body>:3mpCAT:3Text:3${payload}:3</body></message>`;
}
const honest = (seed: string): string => stanza(noise(900, seed).toString("base64"));

function leaksOf(text: string | Buffer): string[] {
	const seen = [Buffer.from(honest("before")), Buffer.from(text), Buffer.from(honest("after"))];
	return [...new Set(findLeaks(Buffer.concat(seen), SECRETS).map(({ secret }) => secret))];
}

const within = (bytes: Uint8Array): string =>
	Buffer.concat([noise(41, "left"), bytes, noise(43, "right")]).toString("base64");
const percent = encodeURIComponent(NAME);
const hexUpper = KEY.toString("hex").toUpperCase();

describe("the server's eye", () => {
	it("finds nothing in a megabyte of ciphertext", () => {
		const traffic = Array.from({ length: 1000 }, (_, i) => honest(`message ${i}`)).join("");
		assert.deepEqual(findLeaks(Buffer.from(traffic), SECRETS), []);
	});

	for (const [how, text, secret] of [
		["a name as it is", stanza(NAME), "name"],
		["a name in capitals", stanza(NAME.toUpperCase().replaceAll("Ó", "ó")), "name"],
		["a name as a handle", `<presence to="room@rooms.localhost/${NAME}"/>`, "name"],
		["a name in numeric entities", stanza([...NAME].map((c) => `&#${c.codePointAt(0)};`).join("")), "name"],
		[
			"a name in hexadecimal entities",
			stanza([...NAME].map((c) => `&#x${c.codePointAt(0)?.toString(16)};`).join("")),
			"name",
		],
		["a name percent-encoded", `<presence to="room@rooms.localhost/${percent}"/>`, "name"],
		[
			"a name escaped as in JSON",
			stanza([...NAME].map((c) => `\\u00${c.codePointAt(0)?.toString(16)}`).join("")),
			"name",
		],
		["part of a text", stanza("… the Zeppelin …"), "text"],
		["a text in base64", stanza(Buffer.from(SECRETS[1]?.value ?? "").toString("base64")), "text"],
		["a text within base64", stanza(within(Buffer.from("Zeppelin at nine"))), "text"],
		["a text within base64, one byte on", stanza(within(Buffer.from("+Zeppelin at nine"))), "text"],
		["a text within base64, two bytes on", stanza(within(Buffer.from("++Zeppelin at nine"))), "text"],
		["a text in base64 that is cut in front", stanza(within(Buffer.from("Zeppelin at nine")).slice(3)), "text"],
		["a text within base64 for addresses", stanza(Buffer.from("??>Zeppelin at nine").toString("base64url")), "text"],
		["a text in UTF-16 within base64", stanza(within(Buffer.from("Zeppelin", "utf16le"))), "text"],
		["a text in big-endian UTF-16", stanza(within(Buffer.from("Zeppelin", "utf16le").swap16())), "text"],
		["a text in hexadecimal", stanza(Buffer.from("Zeppelin at nine").toString("hex")), "text"],
		[
			"a text in hexadecimal within base64",
			stanza(within(Buffer.from(Buffer.from("Zeppelin").toString("hex")))),
			"text",
		],
		["a key in hexadecimal", stanza(hexUpper), "key"],
		["a key in base64", stanza(KEY.toString("base64")), "key"],
		["a key within base64", stanza(within(KEY)), "key"],
		["part of a key", stanza(within(KEY.subarray(20, 28))), "key"],
	] as const) {
		it(`finds ${how}`, () => assert.deepEqual(leaksOf(text), [secret]));
	}

	it("finds a key in raw bytes", () => assert.deepEqual(leaksOf(KEY), ["key"]));

	it("finds what is whole only where all of it is, so that the words of XMPP are no leak", () => {
		const words: readonly Secret[] = [{ name: "words", value: "response leopard", whole: true }];
		const eye = (text: string): string[] => findLeaks(Buffer.from(text), words).map((leak) => leak.secret);
		assert.deepEqual(eye("<response xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>leopard</response>"), []);
		for (const leak of ["a response leopard b", Buffer.from("x response leopard").toString("base64")]) {
			assert.ok(eye(`<body>${leak}</body>`).includes("words"), leak);
		}
	});

	it("refuses a secret that is too short to be told from chance", () => {
		assert.throws(() => findLeaks(Buffer.from("x"), [{ name: "short", value: "Ana" }]), /shorter/);
	});
});
