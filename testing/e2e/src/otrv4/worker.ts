import { otrNoblePrimitives } from "@clowder/crypto/otr-noble";
import { type Port, serveConversations } from "@clowder/otrv4/worker";

serveConversations(globalThis as unknown as Port, {
	primitives: otrNoblePrimitives,
	random: (length) => crypto.getRandomValues(new Uint8Array(length)),
});
