import { ConversationsProxy } from "@clowder/otrv4/worker-proxy";

/** An account of its own in a worker of its own. */
export function connect(worker: Worker): ConversationsProxy {
	const proxy = new ConversationsProxy(worker);
	worker.addEventListener("error", () => proxy.lost("an error that nothing caught"));
	worker.addEventListener("messageerror", () => proxy.lost("a message that cannot be read"));
	return proxy;
}
