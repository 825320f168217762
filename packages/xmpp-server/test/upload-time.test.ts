import assert from "node:assert/strict";
import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { connect } from "node:net";
import { test } from "node:test";
import { UploadsEndpoint } from "../src/upload/endpoint.ts";
import { DEFAULT_UPLOAD_LIMITS } from "../src/upload/limits.ts";
import { MemoryUploadStore } from "../src/upload/memory-upload-store.ts";
import { UploadSlots } from "../src/upload/slots.ts";
import type { UploadStore } from "../src/upload/upload-store.ts";
import { seededRandom } from "./support/core.ts";
import { Depot } from "./support/uploads.ts";

test("UPLOAD-7: a slow disk is no slow client: whose bytes have all come is told what became of them", async (t) => {
	const limits = { ...DEFAULT_UPLOAD_LIMITS, uploadTransferMs: 20 };
	const memory = new MemoryUploadStore();
	const slow: UploadStore = {
		found: [],
		read: (record) => memory.read(record),
		remove: (record) => memory.remove(record),
		save: async (record, bytes) => {
			const saved = await memory.save(record, bytes);
			// Begun after the deadline's timer and as long, so it ends after it.
			await new Promise((resolve) => setTimeout(resolve, limits.uploadTransferMs));
			return saved;
		},
	};
	const options = { path: "/files", localUrl: () => "http://localhost:1" };
	const slots = new UploadSlots(limits, limits.uploadBytes, seededRandom("slow"), []);
	const depot = await Depot.serve(t, new UploadsEndpoint(options, limits, slots, slow), { now: 0 });
	// Where the machine is so busy that the few bytes themselves come late, the slot is still there.
	const slot = depot.slot("ana", 5);
	let status = 408;
	while (status === 408) status = await depot.put(slot, "bytes");
	assert.equal(status, 201);
	assert.equal((await depot.ask(slot.url)).body.toString(), "bytes");
});

test("UPLOAD-7: who does not read what was asked for is cut off (slow GET)", async (t) => {
	const bytes = 16 * 1024 * 1024;
	const depot = await Depot.open(t, { uploadTransferMs: 2_000 });
	const slot = depot.slot("ana", bytes);
	await depot.until("it has come", async () => (await depot.put(slot, Buffer.alloc(bytes)).catch(() => 0)) === 201);
	const asked = once(depot.http, "request");
	const socket = connect(depot.port, "127.0.0.1");
	const closed = once(socket, "close");
	socket.on("error", () => {});
	socket.write(`GET ${slot.url} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
	const [, response] = (await asked) as [unknown, ServerResponse];
	// Reading begins after the other side has given up: there is less than what was promised.
	if (!response.destroyed) await once(response, "close");
	let read = 0;
	socket.on("data", (part) => (read += part.length));
	await closed;
	assert.ok(read < bytes, `${read} bytes of ${bytes}`);
});
