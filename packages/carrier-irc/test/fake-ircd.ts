import assert from "node:assert/strict";
import { createServer, type Server, type Socket } from "node:net";

export interface FakeOptions {
	/** The longest nick. */
	readonly nickLength?: number;
	/** Whether it has IRCv3 echo-message. */
	readonly echo?: boolean;
	/** What to answer in place of entering a channel. */
	readonly joinAnswer?: string;
	/** How many nicks it says are taken. */
	readonly nicksTaken?: number;
	readonly host?: string;
}

class Client {
	readonly socket: Socket;
	readonly lines: string[] = [];
	nick = "";
	user = "";
	channel = "";
	isRegistered = false;
	isNegotiating = false;
	echo = false;
	rest = "";

	constructor(socket: Socket) {
		this.socket = socket;
	}
}

/** As much of an IRC server as the carrier uses, which tests can make misbehave. */
export class FakeIrcd {
	readonly clients: Client[] = [];
	readonly #options: FakeOptions;
	readonly #server: Server;
	readonly #splitOff: Set<Client> = new Set();
	#nicksTaken: number;

	constructor(options: FakeOptions) {
		this.#options = options;
		this.#nicksTaken = options.nicksTaken ?? 0;
		this.#server = createServer((socket) => this.#accept(socket));
	}

	static async start(options: FakeOptions = {}): Promise<FakeIrcd> {
		const ircd = new FakeIrcd(options);
		await new Promise<void>((resolve) => ircd.#server.listen(0, "127.0.0.1", resolve));
		return ircd;
	}

	get port(): number {
		const address = this.#server.address();
		assert.ok(address !== null && typeof address === "object");
		return address.port;
	}

	async stop(): Promise<void> {
		for (const { socket } of this.clients) socket.destroy();
		await new Promise((resolve) => this.#server.close(resolve));
	}

	client(nick: string): Client {
		const client = this.clients.find((each) => each.nick === nick);
		assert.ok(client, `nobody is called ${nick}`);
		return client;
	}

	/** Says a line, or bytes, to one client as they are. */
	say(nick: string, line: string | Uint8Array): void {
		this.client(nick).socket.write(typeof line === "string" ? `${line}\r\n` : line);
	}

	/** Cuts the network in two: each side sees the other quit. */
	split(nicks: readonly string[]): void {
		for (const nick of nicks) this.#splitOff.add(this.client(nick));
		this.#acrossTheSplit((gone) => `:${address(gone, this.#options)} QUIT :a.example b.example`);
	}

	/** Joins it again: each side sees the other join. */
	heal(): void {
		this.#acrossTheSplit((back) => `:${address(back, this.#options)} JOIN ${back.channel}`);
		this.#splitOff.clear();
	}

	#acrossTheSplit(line: (other: Client) => string): void {
		for (const client of this.clients) {
			for (const other of this.clients) {
				if (client.channel !== other.channel || client.channel === "") continue;
				if (this.#splitOff.has(client) !== this.#splitOff.has(other)) this.say(client.nick, line(other));
			}
		}
	}

	#accept(socket: Socket): void {
		const client = new Client(socket);
		this.clients.push(client);
		socket.setEncoding("utf8");
		socket.on("error", () => {});
		socket.on("close", () => this.#quit(client));
		socket.on("data", (data: string) => {
			const lines = (client.rest + data).split("\r\n");
			client.rest = lines.pop() ?? "";
			for (const line of lines) {
				client.lines.push(line);
				this.#onLine(client, line);
			}
		});
	}

	#onLine(client: Client, line: string): void {
		const colon = line.indexOf(" :");
		const words = (colon === -1 ? line : line.slice(0, colon)).split(" ");
		const text = colon === -1 ? "" : line.slice(colon + 2);
		const [command = "", first = ""] = words;
		if (command === "CAP") this.#onCap(client, words, text);
		else if (command === "NICK") this.#onNick(client, first);
		else if (command === "USER") client.user = first;
		else if (command === "JOIN") this.#join(client, first);
		else if (command === "PING") client.socket.write(`:irc.example PONG irc.example :${first}\r\n`);
		else if (command === "PRIVMSG") this.#toChannel(client, `PRIVMSG ${first} :${text}`, client.echo);
		else if (command === "QUIT") client.socket.end("ERROR :Closing link\r\n");
		const isReady = client.nick !== "" && client.user !== "" && !client.isNegotiating;
		if (isReady && !client.isRegistered) {
			client.isRegistered = true;
			client.socket.write(`:irc.example 001 ${client.nick} :Welcome\r\n:irc.example 422 ${client.nick} :No MOTD\r\n`);
		}
	}

	#onCap(client: Client, [, verb = ""]: readonly string[], text: string): void {
		client.isNegotiating = verb !== "END";
		if (verb === "LS") {
			client.socket.write(":irc.example CAP * LS * :sasl=PLAIN multi-prefix\r\n");
			client.socket.write(`:irc.example CAP * LS :${this.#options.echo ? "echo-message" : "away-notify"}\r\n`);
		}
		if (verb === "REQ") {
			client.echo = text.includes("echo-message");
			client.socket.write(`:irc.example CAP * ACK :${text}\r\n`);
		}
	}

	#onNick(client: Client, nick: string): void {
		if (nick.length > (this.#options.nickLength ?? 30)) {
			client.socket.write(`:irc.example 432 * ${nick} :Nickname too long\r\n`);
		} else if (this.#nicksTaken > 0) {
			this.#nicksTaken--;
			client.socket.write(`:irc.example 433 * ${nick} :Nickname is already in use\r\n`);
		} else client.nick = nick;
	}

	#join(client: Client, channel: string): void {
		if (this.#options.joinAnswer !== undefined) {
			client.socket.write(`:irc.example ${this.#options.joinAnswer} ${client.nick} ${channel} :No\r\n`);
			return;
		}
		client.channel = channel;
		this.#toChannel(client, `JOIN ${channel}`, true);
		const names = this.clients.filter((each) => each.channel === channel).map((each) => `@${each.nick}`);
		for (const name of names) client.socket.write(`:irc.example 353 ${client.nick} = ${channel} :${name}\r\n`);
		client.socket.write(`:irc.example 366 ${client.nick} ${channel} :End of /NAMES list\r\n`);
	}

	#toChannel(from: Client, line: string, andBack: boolean): void {
		const isApart = this.#splitOff.has(from);
		for (const client of this.clients) {
			if (client.channel !== from.channel || (client === from && !andBack)) continue;
			if (this.#splitOff.has(client) === isApart) {
				client.socket.write(relayed(`:${address(from, this.#options)} ${line}\r\n`));
			}
		}
	}

	#quit(client: Client): void {
		const index = this.clients.indexOf(client);
		if (index !== -1) this.clients.splice(index, 1);
		if (client.channel !== "") this.#toChannel(client, "QUIT :gone", false);
	}
}

function address({ nick, user }: Client, { host = "10.0.0.1" }: FakeOptions): string {
	return `${nick}!~${user}@${host}`;
}

/** What servers do with a line that is too long with the address in front. */
function relayed(line: string): Uint8Array {
	const bytes = Buffer.from(line);
	return bytes.length <= 512 ? bytes : Buffer.concat([bytes.subarray(0, 510), Buffer.from("\r\n")]);
}
