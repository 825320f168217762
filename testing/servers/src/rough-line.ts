import assert from "node:assert/strict";
import { connect, createServer, type Server, type Socket } from "node:net";

/** How a rough line treats what passes. */
export interface Roughness {
	/** The longest that one piece waits. */
	readonly delayMs: number;
	/** A connection is cut after so many bytes in one direction, at the most: in the midst of whatever that is. */
	readonly cutAfterBytes: number;
	/** So often, in all; then the line is only slow. */
	readonly cuts: number;
}

/**
 * A TCP line that takes what it carries apart, down to single bytes, waits between the pieces, and cuts connections where
 * nobody expects it. What it does is drawn from `random`, so that a seed repeats it as far as the two ends do the same.
 */
export class RoughLine {
	readonly #server: Server;
	readonly #sockets: Set<Socket> = new Set();
	readonly #random: () => number;
	readonly #roughness: Roughness;
	#isCalm = true;
	#cuts = 0;

	private constructor(target: number, random: () => number, roughness: Roughness) {
		this.#random = random;
		this.#roughness = roughness;
		this.#server = createServer((near) => this.#join(near, connect(target, "127.0.0.1")));
	}

	/** `random`: numbers from 0 to 1. */
	static async to(target: number, random: () => number, roughness: Roughness): Promise<RoughLine> {
		const line = new RoughLine(target, random, roughness);
		await new Promise<void>((resolve) => line.#server.listen(0, "127.0.0.1", resolve));
		return line;
	}

	get port(): number {
		const address = this.#server.address();
		assert.ok(address !== null && typeof address === "object");
		return address.port;
	}

	/** How many connections were cut. */
	get cuts(): number {
		return this.#cuts;
	}

	/** From now on it does what it is there for; before, it is a line like any other. */
	storm(): void {
		this.#isCalm = false;
	}

	/** From now on a line like any other. */
	calm(): void {
		this.#isCalm = true;
	}

	async close(): Promise<void> {
		for (const socket of this.#sockets) socket.destroy();
		await new Promise((resolve) => this.#server.close(resolve));
	}

	#join(near: Socket, far: Socket): void {
		for (const socket of [near, far]) {
			this.#sockets.add(socket);
			socket.setNoDelay(true);
			socket.on("error", () => {});
			socket.on("close", () => {
				this.#sockets.delete(socket);
				near.destroy();
				far.destroy();
			});
		}
		void this.#carry(near, far);
		void this.#carry(far, near);
	}

	async #carry(from: Socket, to: Socket): Promise<void> {
		let left = this.#below(this.#roughness.cutAfterBytes) + 1;
		try {
			for await (const data of from) {
				let rest = data as Buffer;
				while (rest.length > 0) {
					if (!this.#isCalm) await this.#wait();
					const piece = rest.subarray(0, this.#isCalm ? rest.length : this.#pieceLength(rest.length));
					left -= piece.length;
					if (left < 0 && this.#mayCut()) {
						to.write(piece.subarray(0, left));
						from.resetAndDestroy();
						to.destroySoon();
						return;
					}
					to.write(piece);
					rest = rest.subarray(piece.length);
				}
			}
			to.end();
		} catch {
			to.destroy();
		}
	}

	/** Often a byte, now and then all. */
	#pieceLength(length: number): number {
		return this.#random() < 0.3 ? 1 : 1 + this.#below(length);
	}

	#mayCut(): boolean {
		if (this.#isCalm || this.#cuts >= this.#roughness.cuts) return false;
		this.#cuts += 1;
		return true;
	}

	async #wait(): Promise<void> {
		const ms = this.#below(this.#roughness.delayMs + 1);
		if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
	}

	#below(limit: number): number {
		return Math.floor(this.#random() * limit);
	}
}
