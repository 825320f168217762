import assert from "node:assert/strict";
import { test } from "node:test";
import { NS } from "../src/namespaces.ts";
import { DEFAULT_UPLOAD_LIMITS, type UploadLimits } from "../src/upload/limits.ts";
import { openUploads } from "../src/upload/open-uploads.ts";
import { UPLOAD_NS } from "../src/upload/upload-service.ts";
import { child, childElements, type Element, textOf } from "../src/xml.ts";
import { Bench, conditionOf, seededRandom } from "./support/core.ts";

/** A server without sockets that gives slots. */
function bench(limits: Partial<UploadLimits> = {}, url?: string): Bench {
	const made = new Bench();
	const now = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
	const options = { path: "/files", localUrl: () => url, clock: () => now };
	const opened = openUploads(options, { ...DEFAULT_UPLOAD_LIMITS, ...limits }, seededRandom("service"));
	assert.ok(opened.ok);
	opened.value.close();
	made.core.uploads.serve(opened.value);
	return made;
}

function request(attrs: string): string {
	return `<request xmlns="${UPLOAD_NS}" ${attrs}/>`;
}

function detailOf(answer: Element): Element | undefined {
	return childElements(child(answer, "error", NS.client) as Element)[1];
}

test("UPLOAD-1: an account asks the server for a slot, and is told where, and what it takes to put the file", () => {
	const ana = bench({}, "https://chat.example.org").client("ana");
	const answer = ana.iq("get", "localhost", request('filename="très cool.jpg" size="23456" content-type="image/jpeg"'));
	const slot = child(answer, "slot", UPLOAD_NS) as Element;
	const put = child(slot, "put", UPLOAD_NS) as Element;
	const url = put.attrs["url"] ?? "";
	assert.match(url, /^https:\/\/chat\.example\.org\/files\/[A-Za-z0-9_-]{43}\/tr_s_cool\.jpg$/);
	assert.equal(child(slot, "get", UPLOAD_NS)?.attrs["url"], url);
	const headers = childElements(put);
	assert.deepEqual(
		headers.map(({ attrs }) => attrs["name"]),
		["Authorization"],
	);
	assert.match(textOf(headers[0] as Element), /^Bearer [A-Za-z0-9_-]{43}$/);
	const next = ana.iq("get", "localhost", request('filename="x" size="1"'));
	assert.notEqual(child(child(next, "slot", UPLOAD_NS) as Element, "get", UPLOAD_NS)?.attrs["url"], url);
});

test("UPLOAD-1: who is not logged in, asks elsewhere, or asks for nothing sensible is given no slot", () => {
	const server = bench({}, "http://localhost:1");
	const eve = server.connect();
	eve.open();
	assert.equal(
		conditionOf(eve.ask(`<iq xmlns="jabber:client" type="get" id="1">${request('filename="x" size="1"')}</iq>`)[0]),
		"not-authorized",
	);
	const ana = server.client("ana");
	for (const attrs of [
		"",
		'filename="x"',
		'size="1"',
		'filename="" size="1"',
		'filename="x" size="0"',
		'filename="x" size="-1"',
		'filename="x" size="1e3"',
		'filename="x" size="1.5"',
		'filename="x" size="9999999999999999"',
		`filename="${"x".repeat(1024)}" size="1"`,
	]) {
		assert.equal(conditionOf(ana.iq("get", "localhost", request(attrs))), "bad-request", attrs);
	}
	assert.equal(conditionOf(ana.iq("set", "localhost", request('filename="x" size="1"'))), "bad-request");
	for (const to of [undefined, "ana@localhost", "bo@localhost"]) {
		assert.equal(conditionOf(ana.iq("get", to, request('filename="x" size="1"'))), "service-unavailable", to);
	}
});

test("UPLOAD-7: too large and not now are told as XEP-0363 has it", () => {
	const ana = bench({ uploadFileBytes: 100, uploadSlotsPerAccount: 1 }, "http://localhost:1").client("ana");
	const large = ana.iq("get", "localhost", request('filename="x" size="101"'));
	assert.equal(conditionOf(large), "not-acceptable");
	assert.equal(detailOf(large)?.name, "file-too-large");
	assert.equal(textOf(child(detailOf(large) as Element, "max-file-size", UPLOAD_NS) as Element), "100");
	assert.equal(ana.iq("get", "localhost", request('filename="x" size="100"')).attrs["type"], "result");
	const wait = ana.iq("get", "localhost", request('filename="x" size="100"'));
	assert.equal(conditionOf(wait), "resource-constraint");
	assert.deepEqual({ ...detailOf(wait)?.attrs }, { stamp: "2026-01-02T03:09:05Z" });
	assert.equal(child(wait, "error", NS.client)?.attrs["type"], "wait");
});

test("the server says that it takes files, and how large, once it does", () => {
	const infoOf = (server: Bench): Element =>
		childElements(server.client("ana").iq("get", "localhost", `<query xmlns="${NS.discoInfo}"/>`))[0] as Element;
	const features = (info: Element): readonly (string | undefined)[] =>
		childElements(info).map(({ attrs }) => attrs["var"] ?? attrs["category"]);
	const info = infoOf(bench({ uploadFileBytes: 100 }, "http://localhost:1"));
	assert.ok(features(info).includes(UPLOAD_NS) && features(info).includes("store"));
	const fields = childElements(child(info, "x", NS.dataForm) as Element);
	assert.deepEqual(
		fields.map((field) => [field.attrs["var"], textOf(child(field, "value", NS.dataForm) as Element)]),
		[
			["FORM_TYPE", UPLOAD_NS],
			["max-file-size", "100"],
		],
	);
	const without = infoOf(new Bench());
	assert.ok(!features(without).includes(UPLOAD_NS) && !features(without).includes("store"));
	assert.equal(child(without, "x", NS.dataForm), undefined);
	const ana = new Bench().client("ana");
	assert.equal(conditionOf(ana.iq("get", "localhost", request('filename="x" size="1"'))), "service-unavailable");
	const nowhere = bench().client("ana");
	assert.equal(conditionOf(nowhere.iq("get", "localhost", request('filename="x" size="1"'))), "service-unavailable");
});
