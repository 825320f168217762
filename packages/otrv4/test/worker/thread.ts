import { randomBytes } from "node:crypto";
import { parentPort } from "node:worker_threads";
import { otrNodePrimitives } from "@clowder/crypto/otr-node";
import { serveConversations } from "../../src/worker/index.ts";
import { asPort } from "./support.ts";

if (parentPort === null) throw new Error("this runs as a worker");
serveConversations(asPort(parentPort), {
	primitives: otrNodePrimitives,
	random: (length) => new Uint8Array(randomBytes(length)),
});
