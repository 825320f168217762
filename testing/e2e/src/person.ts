import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, BrowserContext, CDPSession, Locator, Page } from "playwright-core";

const ARTIFACTS = new URL("../../../../artifacts/e2e/", import.meta.url);
/** For anything a person waits for: key agreement in JavaScript on a busy machine takes seconds. */
const PATIENCE_MS = 60_000;

export interface PersonOptions {
	/** Language of the browser. */
	readonly locale?: "en-GB" | "de-DE";
	readonly viewport?: { readonly width: number; readonly height: number };
	readonly colorScheme?: "light" | "dark";
	/** The page's own policy also stops tools that look at it; nothing else needs this. */
	readonly bypassCSP?: boolean;
	/** The page's clock can be moved forward. */
	readonly clock?: boolean;
	/** Whether the network lets WebSockets through; it does unless told otherwise. */
	readonly websockets?: boolean;
}

/** Someone at a browser: finds everything by role and name (apps/web/TESTING.md), as a screen reader does. */
export class Person {
	page: Page;
	readonly problems: string[] = [];
	readonly #context: BrowserContext;
	readonly #url: string;
	#debugger: CDPSession | undefined;

	private constructor(context: BrowserContext, page: Page, url: string) {
		this.#context = context;
		this.page = page;
		this.#url = url;
	}

	static async open(browser: Browser, url: string, options: PersonOptions): Promise<Person> {
		const context = await browser.newContext({
			locale: options.locale ?? "en-GB",
			viewport: options.viewport ?? { width: 1280, height: 800 },
			colorScheme: options.colorScheme ?? "light",
			bypassCSP: options.bypassCSP ?? false,
		});
		context.setDefaultTimeout(PATIENCE_MS);
		await context.addInitScript(rememberRandomness);
		if (options.websockets === false) await context.addInitScript(loseWebSockets);
		if (options.clock === true) await context.clock.install();
		const person = new Person(context, await context.newPage(), url);
		await person.#arrive();
		return person;
	}

	/** The tab dies without a goodbye. */
	async die(): Promise<void> {
		const died = this.page.waitForEvent("crash");
		const devtools = await this.#context.newCDPSession(this.page);
		// It never answers: there is nobody left to.
		void devtools.send("Page.crash").catch(() => undefined);
		await died;
	}

	/** The tab stands still: its connection stays, and it does nothing. */
	async freeze(): Promise<void> {
		this.#debugger = await this.#context.newCDPSession(this.page);
		await this.#debugger.send("Debugger.enable");
		await this.#debugger.send("Debugger.pause");
	}

	/** So long passes for this page at once, as if its device had slept; its timers run once. */
	async skip(seconds: number): Promise<void> {
		await this.#context.clock.fastForward(seconds * 1000);
	}

	/** And goes on. */
	async thaw(): Promise<void> {
		await this.#debugger?.send("Debugger.disable");
	}

	/** Opens a new window after the last one was closed. */
	async reopen(): Promise<void> {
		this.page = await this.#context.newPage();
		await this.#arrive();
	}

	async #arrive(): Promise<void> {
		const { origin } = new URL(this.#url);
		this.page.on("console", (message) => {
			if (["error", "warning"].includes(message.type())) this.problems.push(`${message.type()}: ${message.text()}`);
		});
		this.page.on("pageerror", (error) => this.problems.push(`exception: ${error.message}`));
		this.page.on("request", (request) => this.#expectOrigin(request.url(), origin));
		this.page.on("websocket", (socket) => this.#expectOrigin(socket.url().replace(/^ws/, "http"), origin));
		await this.page.goto(this.#url);
	}

	#expectOrigin(url: string, origin: string): void {
		if (!url.startsWith("data:") && new URL(url).origin !== origin) this.problems.push(`request to ${url}`);
	}

	/** Types both names and presses Join; does not wait for what comes of it. */
	async knock(room: string, nickname: string): Promise<void> {
		await this.page.getByRole("textbox", { name: "Room" }).fill(room);
		await this.page.getByRole("textbox", { name: "Nickname" }).fill(nickname);
		await this.page.getByRole("button", { name: "Join" }).click();
	}

	/** Chooses who may come into a room that one opens, by what the choice says. */
	async chooseWhoMayComeIn(policy: string): Promise<void> {
		await this.page.getByRole("button", { name: "More" }).click();
		await this.page.getByRole("radio", { name: policy }).check({ force: true });
	}

	/** Types a passphrase where the room asks for one on the way in. */
	async tryPassphrase(text: string): Promise<void> {
		await this.page.getByRole("textbox", { name: "Passphrase" }).fill(text);
		await this.page.getByRole("button", { name: "Go in" }).click();
	}

	/** The request of someone who asks to come in. */
	request(nickname: string): Locator {
		return this.page
			.getByRole("region", { name: "Requests to come in" })
			.getByRole("article")
			.filter({ hasText: nickname });
	}

	/** Opens the menu and chooses a command. */
	async command(name: string): Promise<void> {
		await this.page.getByRole("button", { name: "Menu" }).click();
		await this.page.getByRole("dialog", { name: "Menu" }).getByRole("button", { name }).click();
	}

	/** Goes in, and waits until there is a session. */
	async join(room: string, nickname: string): Promise<void> {
		await this.knock(room, nickname);
		await this.composer.waitFor();
	}

	get composer(): Locator {
		return this.page.getByRole("textbox", { name: "Message" });
	}

	get log(): Locator {
		return this.page.getByRole("log", { name: "Messages" });
	}

	/** The button of one person in the list. */
	other(name: string): Locator {
		return this.page.getByRole("navigation", { name: "People" }).getByRole("button", { name });
	}

	/** Waits until the header says who can read. */
	async readBy(sentence: string): Promise<void> {
		await this.page.getByText(sentence, { exact: true }).first().waitFor();
	}

	/** Writes a message and sends it with Enter, as soon as that is possible. */
	async say(text: string): Promise<void> {
		await this.page.getByRole("textbox", { name: "Message" }).and(this.page.locator(":not([readonly])")).fill(text);
		await this.composer.press("Enter");
	}

	/** The message with this text, once it is shown. */
	message(text: string): Locator {
		return this.log.getByRole("article").filter({ hasText: text });
	}

	/** Waits until one's own message has this progress mark. */
	async marked(text: string, mark: string): Promise<void> {
		await this.message(text)
			.getByRole("button", { name: `${mark}: Who has this message` })
			.waitFor();
	}

	/** Waits for a line of the timeline that nobody wrote. */
	async line(text: string | RegExp): Promise<void> {
		await this.log.getByText(text).last().waitFor();
	}

	/** All messages shown, in order, of the given texts. */
	async order(texts: readonly string[]): Promise<string[]> {
		const shown = await this.log.getByRole("article").allTextContents();
		return shown.flatMap((content) => texts.find((text) => content.includes(text)) ?? []);
	}

	/** Opens someone's dialog, reads the fingerprint and closes the dialog. */
	async fingerprintOf(name: string): Promise<{ readonly words: string[]; readonly digits: string }> {
		await this.other(name).click();
		const dialog = this.page.getByRole("dialog");
		await dialog.waitFor();
		const words = await dialog.getByRole("list", { name: "Words" }).getByRole("listitem").allTextContents();
		const digits = (await dialog.textContent()) ?? "";
		await this.page.keyboard.press("Escape");
		await dialog.waitFor({ state: "detached" });
		return { words, digits: /(?:[0-9a-f]{4}\s*){8}/.exec(digits)?.[0].replaceAll(/\s/g, "") ?? "" };
	}

	/** Everything of 32 bytes that the page drew from the random generator, in hexadecimal. */
	drawn(): Promise<string[]> {
		return this.page.evaluate(() => (globalThis as unknown as { drawn: string[] }).drawn);
	}

	/** Whether anything is wider than the window. */
	overflows(): Promise<boolean> {
		return this.page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
	}

	/** A picture of the window, kept in artifacts/e2e. */
	async screenshot(name: string): Promise<void> {
		const path = fileURLToPath(new URL(`${name}.png`, ARTIFACTS));
		mkdirSync(dirname(path), { recursive: true });
		await this.page.screenshot({ path });
	}
}

/** Runs in the page before its own scripts: keeps what the random generator gave, so that the test knows the keys. */
function rememberRandomness(): void {
	const drawn: string[] = [];
	const original = crypto.getRandomValues.bind(crypto);
	crypto.getRandomValues = (array) => {
		const filled = original(array);
		if (filled instanceof Uint8Array && filled.length === 32) {
			drawn.push(Array.from(filled, (byte) => byte.toString(16).padStart(2, "0")).join(""));
		}
		return filled;
	};
	Object.assign(globalThis, { drawn });
}

/** Runs in the page before its own scripts: what asks for a WebSocket finds none there. */
function loseWebSockets(): void {
	class LostWebSocket extends WebSocket {
		constructor(url: string | URL, protocols?: string | string[]) {
			super(`${String(url)}-lost`, protocols);
		}
	}
	Object.assign(globalThis, { WebSocket: LostWebSocket });
}
