import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { DEFAULT_LIMITS } from "../src/limits.ts";
import { NS } from "../src/namespaces.ts";
import { addressed, type Element, element, serialise, serialiseForMany } from "../src/xml.ts";
import { parseFrame, type XmlEvent, XmlStreamParser } from "../src/xml-parser.ts";

const HEADER = `<?xml version="1.0"?><stream:stream xmlns="jabber:client" xmlns:stream="${NS.streams}" to="localhost" version="1.0">`;

/** Printable characters, those that need escaping, and some beyond the first plane. */
const text = fc
	.array(fc.constantFrom("a", "B", " ", "<", ">", "&", '"', "'", "]]>", "\t", "\n", "\r", "é", "猫", "🐈"), {
		maxLength: 8,
	})
	.map((parts) => parts.join(""));
const name = fc.constantFrom("message", "body", "x", "item");
const ns = fc.constantFrom("jabber:client", "urn:a&b", "urn:c");
const attrs = fc.dictionary(fc.constantFrom("id", "type", "xml:lang"), text, { noNullPrototype: false });

const tree: fc.Arbitrary<Element> = fc.letrec<{ node: Element }>((tie) => ({
	node: fc
		.tuple(
			name,
			ns,
			attrs,
			fc.array(fc.oneof({ depthSize: "small", withCrossShrink: true }, text, tie("node")), { maxLength: 3 }),
		)
		.map(([n, space, a, children]) => element(n, space, a, joinTexts(children))),
})).node;

/** Text in one piece, as a parser hands it over. */
function joinTexts(children: readonly (Element | string)[]): (Element | string)[] {
	const out: (Element | string)[] = [];
	for (const item of children) {
		const last = out.at(-1);
		if (item === "") continue;
		if (typeof item === "string" && typeof last === "string") out[out.length - 1] = last + item;
		else out.push(item);
	}
	return out;
}

function parsed(xml: string): Element {
	const frame = parseFrame(xml, DEFAULT_LIMITS);
	if (!frame.ok) throw new Error(`${frame.error.condition}: ${frame.error.detail}`);
	return frame.value;
}

function events(chunks: readonly string[], limits = DEFAULT_LIMITS): (XmlEvent | string)[] {
	const parser = new XmlStreamParser(limits);
	const out: (XmlEvent | string)[] = [];
	for (const chunk of chunks) {
		const read = parser.write(chunk, (event) => {
			out.push(event);
			return "continue";
		});
		if (!read.ok) return [...out, read.error.condition];
	}
	return out;
}

test("what is serialised is parsed back the same, whatever the text", () => {
	fc.assert(
		fc.property(tree, (node) => assert.deepEqual(parsed(serialise(node)), node)),
		{ seed: 1, numRuns: 500 },
	);
});

test("a stanza written for many is, once addressed, the stanza with that address", () => {
	fc.assert(
		fc.property(tree, (node) => {
			const one = parsed(addressed(serialiseForMany(node), ' to="a&amp;b"'));
			assert.deepEqual(one, element(node.name, node.ns, { ...node.attrs, to: "a&b" }, node.children));
		}),
		{ seed: 2, numRuns: 200 },
	);
});

test("foreign prefixes are resolved, and attributes keep theirs with its declaration", () => {
	const node = parsed('<a:x xmlns:a="urn:a" xmlns:b="urn:b" b:c="1" xml:lang="en"><a:y/></a:x>');
	assert.equal(node.ns, "urn:a");
	assert.equal(serialise(node), '<x xmlns="urn:a" b:c="1" xmlns:b="urn:b" xml:lang="en"><y/></x>');
});

test("a stream reads the same in whatever pieces it arrives", () => {
	const stream = `${HEADER}\r\n <iq id="1" type="get"><ping xmlns="${NS.ping}"/></iq>\n\n<message><body>猫 &amp;\r\n]]&gt;<![CDATA[<x>]]></body></message> </stream:stream>`;
	const whole = events([stream]);
	assert.equal(whole.length, 4);
	fc.assert(
		fc.property(fc.array(fc.nat(stream.length), { maxLength: 30 }), (cuts) => {
			const at = [0, ...cuts.sort((a, b) => a - b), stream.length];
			const chunks = at.slice(1).map((end, i) => stream.slice(at[i], end));
			assert.deepEqual(events(chunks), whole);
		}),
		{ seed: 3, numRuns: 300 },
	);
});

test("SERVER-1: what RFC 6120 section 11 forbids is refused by name", () => {
	const cases: [string, string][] = [
		["<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "restricted-xml"],
		["<a>&b;</a>", "restricted-xml"],
		["<a><!-- b --></a>", "restricted-xml"],
		["<a><?b c?></a>", "restricted-xml"],
		["<a><b:c/></a>", "bad-namespace-prefix"],
		["<a b:c='d'/>", "bad-namespace-prefix"],
		["<?xml version='1.0' encoding='latin1'?><a/>", "unsupported-encoding"],
		["<a", "not-well-formed"],
		["<a></b>", "not-well-formed"],
		["<a/><b/>", "not-well-formed"],
		["<a b='1' b='2'/>", "not-well-formed"],
		["<a b=1/>", "not-well-formed"],
		["<a>\u0001</a>", "not-well-formed"],
		["<a>&#0;</a>", "not-well-formed"],
		["text", "not-well-formed"],
		["", "not-well-formed"],
	];
	for (const [xml, condition] of cases) {
		const frame = parseFrame(xml, DEFAULT_LIMITS);
		assert.equal(frame.ok ? "parsed" : frame.error.condition, condition, xml);
	}
	const inStream = (xml: string): unknown => events([HEADER + xml]).at(-1);
	for (const [xml, condition] of cases.slice(0, 6)) assert.equal(inStream(xml), condition, xml);
	assert.equal(inStream("text<iq/>"), "bad-format");
});

test("the five entities and character references are read", () => {
	assert.deepEqual(parsed("<a>&lt;&gt;&amp;&quot;&apos;&#x1f408;</a>").children, ["<>&\"'🐈"]);
});

test("size, depth and attributes are bounded, exactly", () => {
	const limits = { ...DEFAULT_LIMITS, stanzaBytes: 100, stanzaDepth: 3, attributesPerElement: 2 };
	const outcome = (xml: string): string => {
		const frame = parseFrame(xml, limits);
		return frame.ok ? "parsed" : frame.error.condition;
	};
	const sized = (bytes: number): string => `<a>${"é".repeat((bytes - 8) / 2)}x</a>`;
	assert.equal(Buffer.byteLength(sized(100)), 100);
	assert.equal(outcome(sized(100)), "parsed");
	assert.equal(outcome(sized(102)), "policy-violation");
	assert.equal(outcome("<a><b><c/></b></a>"), "parsed");
	assert.equal(outcome("<a><b><c><d/></c></b></a>"), "policy-violation");
	assert.equal(outcome("<a b='1' c='2'/>"), "parsed");
	assert.equal(outcome("<a b='1' c='2' d='3'/>"), "policy-violation");

	const roomy = { ...limits, stanzaBytes: 300, attributesPerElement: 8 };
	const inStream = (chunks: string[]): unknown => events([HEADER, ...chunks], roomy).at(-1);
	const big = `<a>${"x".repeat(300)}</a>`;
	assert.equal(inStream([big]), "policy-violation");
	assert.equal(inStream([big.slice(0, 200), big.slice(200)]), "policy-violation");
	assert.equal(inStream([`<a>${"x".repeat(301)}`]), "policy-violation", "it does not wait for the end");
	assert.equal(inStream(["<a><b><c><d/></c></b></a>"]), "policy-violation");
	assert.notEqual(inStream([`<a>${"x".repeat(290)}</a>`.repeat(5)]), "policy-violation", "each stanza by itself");
});

test("white space between stanzas never adds up to a stanza too large", () => {
	const limits = { ...DEFAULT_LIMITS, stanzaBytes: 300 };
	const alive = Array.from({ length: 100 }, () => " \r\n".repeat(20));
	const last = events([HEADER, "<a/>", ...alive, "<b/>"], limits).at(-1);
	assert.equal(typeof last === "string" ? last : last?.type, "stanza");
});
