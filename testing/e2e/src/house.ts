import { fileURLToPath } from "node:url";
import { type Host, startHost } from "@clowder/host";
import type { Browser } from "playwright-core";
import { Cheater } from "./cheater.ts";
import { launchChromium } from "./chromium.ts";
import { Line } from "./line.ts";
import { Person, type PersonOptions } from "./person.ts";

const WEB_ROOT = fileURLToPath(new URL("../../../../apps/web/dist", import.meta.url));

/** One text that passed the server. */
export interface Passed {
	readonly connection: string;
	readonly direction: "in" | "out";
	readonly text: string;
}

/** A server of others that the host stands before. */
export interface Upstream {
	readonly domain: string;
	/** Its WebSocket. */
	readonly url: URL;
	/** It publishes keys for logins. */
	readonly hasKeys?: boolean;
}

/** The real host with the built web client and its XMPP server, all that passes it recorded, and a browser. */
export class House {
	readonly url: string;
	/** Everything that passed the server, in order. */
	readonly passed: Passed[];
	/** Everyone who has had a window here. */
	readonly people: Person[] = [];
	readonly #lines: Line[] = [];
	readonly #cheaters: Cheater[] = [];
	readonly #host: Host;
	readonly #browser: Browser;

	private constructor(host: Host, browser: Browser, passed: Passed[]) {
		this.url = host.url;
		this.passed = passed;
		this.#host = host;
		this.#browser = browser;
	}

	/** With a server of others nothing is recorded. */
	static async open(upstream?: Upstream): Promise<House> {
		const passed: Passed[] = [];
		const host = await startHost({
			port: 0,
			host: "127.0.0.1",
			domain: upstream?.domain ?? "localhost",
			upstream: upstream?.url,
			upstreamKeys: upstream?.hasKeys,
			webRoot: WEB_ROOT,
			// Who dies or loses the line is missed soon: these tests are of what people then see.
			limits: { resumeMs: 1000 },
			tap: (connection, direction, text) => passed.push({ connection, direction, text }),
		});
		if (!host.ok) throw new Error(JSON.stringify(host.error));
		return new House(host.value, await launchChromium(), passed);
	}

	/** A new window with nothing in common with the others. */
	async person(options: PersonOptions = {}): Promise<Person> {
		const person = await Person.open(this.#browser, this.url, options);
		this.people.push(person);
		return person;
	}

	/** A window on a line of its own that can be cut. */
	async personOnLine(options: PersonOptions = {}): Promise<{ readonly person: Person; readonly line: Line }> {
		const url = new URL(this.url);
		const line = await Line.to(Number(url.port));
		this.#lines.push(line);
		url.port = `${line.port}`;
		const person = await Person.open(this.#browser, url.href, options);
		this.people.push(person);
		return { person, line };
	}

	/** Somebody without a window, honest until told otherwise, who goes into a room. */
	async cheater(room: string, nickname: string): Promise<Cheater> {
		const config: unknown = await (await fetch(new URL("clowder.json", this.url))).json();
		const cheater = new Cheater(this.url, config, room, nickname);
		this.#cheaters.push(cheater);
		return cheater;
	}

	/** What no window may have had: errors on the console, violations of the page's policy, requests elsewhere. */
	get problems(): string[] {
		return this.people.flatMap((person) => person.problems);
	}

	async close(): Promise<void> {
		for (const cheater of this.#cheaters) await cheater.leave();
		await this.#browser.close();
		for (const line of this.#lines) await line.close();
		await this.#host.close();
	}
}
