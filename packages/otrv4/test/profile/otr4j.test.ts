import assert from "node:assert/strict";
import { test } from "node:test";
import { hex } from "@clowder/bytes";
import { verifyClientProfile } from "../../src/profile/client-profile.ts";
import { encodeMessage } from "../../src/wire/decode-message.ts";
import { encodeText } from "../../src/wire/encoding.ts";
import { Assembler, split } from "../../src/wire/fragment.ts";
import { parseFragment } from "../../src/wire/fragment-format.ts";
import { classify } from "../../src/wire/incoming.ts";
import type { IdentityMessage } from "../../src/wire/messages.ts";
import { must, refused } from "../wire/support.ts";
import { primitives } from "./support.ts";

/** What otr4j 10cdeff wrote with versions 3 and 4 allowed: an Identity message in fragments of at most 1000. */
const FRAGMENTS: readonly string[] = [
	"?OTR|764ebe76|37a89ea2|00000000,00001,00003,?OTR:AAQ1N6ieogAAAAAAAAAHAAE3qJ6iAAIQAL+Znn7w5hj0XyZmCsV8q3CCnlkaW" +
		"wMRIKg7BHnYsyARoJAr4PhuOHCjx3xoiiwFcl7NesstI9negAADEgAFmUPSSwWePp8yoK6CN/6We4CuXbEv5eTZcOKbjNvNJeSTWUaKUBdZ/i2" +
		"3zvh3Kbf6Psq0s2/XuYAABAAAAAIzNAAFAAAAAGsVOPUABgAAAAAAgP1/U4EddRIpUt9KnC7s5Of2EbdSPO9EAMMeP4C2USZpRV1AIlH7WT2NW" +
		"Pq/xfW6MPbLm1Vs14E7gB00b/JmYLdrmVClpJ+f6AR7ECLCT7up1/63xhv4O1fnxqimFQ8E+4P208UewwI1VBNaFpEy9nXzrith1yrv8iIDGZ3" +
		"RSAHHAAAAFJdgUI8VIwvMspK5gqLrhAvwWBz1AAAAgPfhoIXWmz3ey7yrXDa4V7l5lK+7+jrqgvlXTAs9B4JnUVlXjrrUWU/mcQcQgYC0SRZxI" +
		"+hMKBYTt88JMozIpuE8FnqLVHyNKOCjrh4rs6Z1kW6jfwv6ITVi8ftiegEkO8yk8b6oUZCJqIPf4VrlnwaSi2ZegHtVJWQBTDv+z0kqAAAAgOW" +
		"+UBUn4oXg9VB94M6hEOeMjktyHPON0Z6JTP3hMFISqbirYDxKGgJcM5SUg4SMxzOTQHjUaQQj9tYwNhpU4t3A3H8z26KS2u9IJBGFgQdTPIv8Y" +
		"aDE33HQTXW7/4fxdd5RZx3aKMjv9BWc4+cMQRpCSYLPRWzkYwy4oZStuQaPAAdTUyx5OUEokDsqacObZUP3BO8TDIVzAhB1n/Cxf2ro49G8SUQ" +
		"Y+BWAUBEJNxLQle9O83styBKSRyr43Gb3BQ6DN4ZSlouwELjV9S/kpbw+qhMWSIHJ5/BVYwpeebGMBGGA6Ay6YZbBkqLLBqWTrnUEzVrANqi0i" +
		"/EdEJ4buy,",
	"?OTR|764ebe76|37a89ea2|00000000,00002,00003,aqgrYHKd5n6cbEKWoESGUOSCXQrzIeQN8F1gwAGl3oG/84oB0yVBtjmvJ7OPn5zU7U" +
		"JtTymhJYu/AnSmCe4nTrdhtfeev7jbGv+FyFjkSvoC3PsLYAAAABgLU1QIyveIJx4OeKjtc/5yqY8rcSSC7opE0VcCOzwDV6aqEyDaq87XH6/D" +
		"NG0iwWBSk6i9AGUTs3XwKFSxQR1O4qT2ELQhQU8dNveqDl09bxLrfXe4B8raDauxRYax7g4CUsIbNb2JsaaIDrrYzjc8agORlzTZo8KIs+wrhw" +
		"TN2tQzfxDR2S7KhFbs/yuYXmZkflehi9rvnGDDB4rFuTJnn9gPm5goBPagRMYanQjjpAu93FsekHRhhvrXiW5qoX6KF+4iFvzZIuhjikvcKObQ" +
		"xfivrNiGrbVF7qEhShNkj/bf+R5FU4IPHrieZGBxgb9E2WX0c7JNgCwnrNom1QIJ6GaUnTkD3MFqvcyI5/l/UajU2Z3Sq1MsNSY1CZ3tntFSB3" +
		"JSDd6FhRfC8P8O5UdDJCWe+KLW1eTMISp0nTTV3DAHb7XoL1gUive6dZQKk7kZTL9bRhM20aAu0w0vpelUcXdIvux/nUkcR1e9RBSDuQEyslFg" +
		"Q6oCdajmkv7IF9WGtShVEov03J0FC39hKdsmtIRjOZ/bjIPH883Z0RTuN8RgX+IDmRYKDzAsHxv2WQDTAQInqjA4GjAAAAAYDE2YMF3EO8M0Yg" +
		"vnyGr31MzjACU1RZzTZz+Oewgku7aLoXGFnkLoW9JR1ICSf/1VzCvj0h5HV2E9XQG1dbEOhWxkykmrGP4uGOrmvrqwooIGRIomwfhkIC7k0xHm" +
		"7sLZ9vdY4vT5PiD2qaExGqyskQBkMZpe/9SguZkxl2lQrQuInbtS5IxAEAPVbt4Meluuy878Jr9U928R3XYhtqIvhXh2kuyZqWTQkz1NyCRz/u" +
		"cJZkUBFXx,",
	"?OTR|764ebe76|37a89ea2|00000000,00003,00003,beWcqvKMhtRcg4IUhivAkmCcEMx28ajiZx2YhYfz0I4tHx6h2c0bNhXL2U+qytyDgC" +
		"T73vWbHyYC3lonhCmWnwalo77o/QR3McSETIneZZD1A7dw/PgRNb9U3QLl9WS9UdkdTzdlzYDkFppd8lU24U/xSd/Gij1FhNpfm9R+4mB69nGe" +
		"rr3HLyr6v6kjp8QyqYBCRIMyTzF985N83mZZ5XyOXBQnuqYL+X6K0cXPdPL1BTDz2IkTxCNAYB1je5kcGrYrBLzEW2Th90=.,",
];
/** When it was written, and the fingerprint that it showed. */
const WRITTEN = 1795343350;
const FINGERPRINT =
	"91f24ab170d31e8a33465255fb0ce40d4c9d63a80fed0ddf1ccda6af180980855e87b3cd0753e7895e9418f755790c3e141b10e1e81b5ac5";

function received(): IdentityMessage {
	const assembler = new Assembler(0x100);
	const got = FRAGMENTS.map((text) => must(assembler.receive(must(parseFragment(text)), 0))).at(-1);
	const incoming = classify(got ?? assert.fail("not whole"));
	if (incoming.kind !== "encoded" || incoming.message.type !== "identity") assert.fail(incoming.kind);
	return incoming.message;
}

test("an Identity message of otr4j is read, and written again as it came", () => {
	const message = received();
	assert.equal(message.receiverTag, 0);
	assert.equal(message.clientProfile.versions, "34");
	const { identifier } = must(parseFragment(FRAGMENTS[0] ?? ""));
	const options = { maxChars: 1000, identifier, senderTag: message.senderTag, receiverTag: 0 };
	assert.deepEqual(must(split(encodeText(encodeMessage(message)), options)), FRAGMENTS);
});

test("its profile verifies, with the signature by its OTRv3 key, and has the fingerprint that otr4j shows", () => {
	const { clientProfile, senderTag } = received();
	const expected = { senderTag, nowSeconds: WRITTEN, graceSeconds: 0, mode: "otrv3-compatible" } as const;
	assert.equal(hex(must(verifyClientProfile(primitives, clientProfile, expected)).fingerprint), FINGERPRINT);
	const late = { ...expected, nowSeconds: clientProfile.expiresAtSeconds };
	refused(verifyClientProfile(primitives, clientProfile, late), "peer", "expired");
	const key = clientProfile.dsaKey?.slice() ?? assert.fail("no OTRv3 key");
	const signature = clientProfile.transitionalSignature?.slice() ?? assert.fail("no signature by it");
	signature[0] = (signature[0] as number) ^ 1;
	const forged = { ...clientProfile, dsaKey: key, transitionalSignature: signature };
	refused(verifyClientProfile(primitives, forged, expected), "peer", "signature");
});
