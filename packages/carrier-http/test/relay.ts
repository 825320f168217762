import assert from "node:assert/strict";
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";

/** How a relay treats what passes. */
export interface RelayFaults {
	/** Holds each answer back until it is complete, as some proxies do. */
	buffers?: boolean;
	/** Does not let these requests through, by the last part of their path, but breaks the line. */
	cuts?: (name: string) => boolean;
	/** Lets these requests through and breaks the line before their answer. */
	losesAnswer?: (name: string) => boolean;
}

/** A proxy before a server, with the faults that proxies have. */
export class Relay {
	readonly faults: RelayFaults = {};
	/** Requests so far, as method and path, with what a log of a proxy would show. */
	readonly log: string[] = [];
	readonly #server: Server;
	readonly #target: number;
	readonly #answers: Set<ServerResponse> = new Set();

	constructor(target: number) {
		this.#target = target;
		this.#server = createServer((near, answer) => this.#pass(near, answer));
	}

	static async to(target: number): Promise<Relay> {
		const relay = new Relay(target);
		await new Promise<void>((resolve) => relay.#server.listen(0, "127.0.0.1", resolve));
		return relay;
	}

	get port(): number {
		const address = this.#server.address();
		assert.ok(address !== null && typeof address === "object");
		return address.port;
	}

	/** Breaks all answers that are under way. */
	cut(): void {
		for (const answer of this.#answers) answer.destroy();
	}

	/** Ends for good: nothing passes any more. */
	die(): void {
		this.faults.cuts = () => true;
		this.cut();
	}

	async close(): Promise<void> {
		this.#server.closeAllConnections();
		await new Promise((resolve) => this.#server.close(resolve));
	}

	#pass(near: IncomingMessage, answer: ServerResponse): void {
		const { method, url = "", headers } = near;
		this.log.push(`${method} ${url}`);
		const name = url.split("/").at(-1) ?? "";
		if (this.faults.cuts?.(name) === true) return void near.socket.destroy();
		this.#answers.add(answer);
		answer.on("close", () => this.#answers.delete(answer));
		const far = request({ host: "127.0.0.1", port: this.#target, method, path: url, headers }, (response) => {
			if (this.faults.losesAnswer?.(name) === true) {
				response.resume();
				near.socket.destroy();
				return;
			}
			response.on("error", () => answer.destroy());
			const passOn = (): void => void answer.writeHead(response.statusCode ?? 502, response.headers);
			if (this.faults.buffers === true) {
				const parts: Buffer[] = [];
				response.on("data", (part: Buffer) => parts.push(part));
				response.on("end", () => {
					passOn();
					answer.end(Buffer.concat(parts));
				});
				return;
			}
			passOn();
			answer.flushHeaders();
			response.pipe(answer);
		});
		far.on("error", () => answer.destroy());
		answer.on("close", () => far.destroy());
		near.pipe(far);
		return undefined;
	}
}
