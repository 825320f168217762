import type { IncomingMessage } from "node:http";

/** Ends a request whose body has not come in time. The HTTP server's own limit is for files, which may take longer. */
export function limitBodyTime(request: IncomingMessage, milliseconds: number): void {
	const { "content-length": length = "0", "transfer-encoding": encoding } = request.headers;
	if (length === "0" && encoding === undefined) return;
	const late = setTimeout(() => {
		if (!request.complete) request.socket.destroy();
	}, milliseconds).unref();
	request.on("close", () => clearTimeout(late));
}
