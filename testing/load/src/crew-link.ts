import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Crew, CrewFigures, Order, Report } from "./crew-protocol.ts";
import { pin } from "./process.ts";

/** The other end of a process of clients. */
export class CrewLink {
	readonly #child: ChildProcess;

	constructor(isPinned: boolean) {
		this.#child = fork(fileURLToPath(new URL("crew.js", import.meta.url)));
		if (isPinned && this.#child.pid !== undefined) pin(this.#child.pid, "clients");
	}

	async enter(crew: Crew): Promise<void> {
		await this.#order({ type: "enter", crew });
	}

	async send(perSecond: number | undefined): Promise<void> {
		await this.#order({ type: "send", perSecond });
	}

	async settle(): Promise<CrewFigures> {
		const report = await this.#order({ type: "settle" });
		if (report.type !== "settled") throw new Error("expected the figures of the clients");
		return report;
	}

	async end(): Promise<void> {
		if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
		const exited = once(this.#child, "exit");
		this.#child.disconnect();
		await exited;
	}

	async #order(order: Order): Promise<Exclude<Report, { type: "failed" }>> {
		const exited = once(this.#child, "exit").then(([code]): Report => {
			return { type: "failed", reason: `the process of clients ended with ${code}` };
		});
		this.#child.send(order);
		const answered = once(this.#child, "message").then(([report]) => report as Report);
		const report = await Promise.race([answered, exited]);
		if (report.type === "failed") throw new Error(`clients: ${report.reason}`);
		return report;
	}
}
