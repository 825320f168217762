import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { connect, type Socket } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";
import { until } from "../harness.ts";

const OPEN =
	"<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' to='localhost' version='1.0'>";
const BOSH = "http://jabber.org/protocol/httpbind";
const XBOSH = "xmlns:xmpp='urn:xmpp:xbosh'";

/** A stream of XML that a test writes by hand. */
export interface RawStream {
	/** Begins anew, as after a login. */
	restart(): Promise<void>;
	say(xml: string): Promise<void>;
	/** What the server says next that fits, with all before it taken as heard. */
	hear(pattern: RegExp): Promise<RegExpExecArray>;
	close(): void;
}

class TcpStream implements RawStream {
	readonly #socket: Socket;
	#heard = "";
	isClosed = false;

	constructor(socket: Socket) {
		this.#socket = socket;
		socket.setEncoding("utf8").on("data", (text: string) => {
			this.#heard += text;
		});
		socket
			.on("error", () => {})
			.on("close", () => {
				this.isClosed = true;
			});
	}

	restart(): Promise<void> {
		return this.say(OPEN);
	}

	async say(xml: string): Promise<void> {
		this.#socket.write(xml);
	}

	async hear(pattern: RegExp): Promise<RegExpExecArray> {
		await until(`${pattern}`, () => pattern.test(this.#heard) || this.isClosed);
		const match = pattern.exec(this.#heard);
		assert.ok(match, `${pattern} expected, got ${this.#heard}`);
		this.#heard = this.#heard.slice(match.index + match[0].length);
		return match;
	}

	close(): void {
		this.#socket.destroy();
	}
}

export async function openTcp(port: number): Promise<RawStream> {
	const stream = new TcpStream(connect(port, "localhost"));
	await stream.restart();
	return stream;
}

/** TLS from the first byte on, with the certificate that is there. */
export async function openTls(port: number): Promise<{ readonly stream: RawStream; readonly socket: TLSSocket }> {
	const socket = connectTls({ port, host: "localhost", rejectUnauthorized: false });
	await new Promise<void>((resolve, reject) => socket.once("secureConnect", resolve).once("error", reject));
	const stream = new TcpStream(socket);
	await stream.restart();
	return { stream, socket };
}

/** XEP-0124 and XEP-0206, one request at a time. */
class BoshStream implements RawStream {
	readonly #url: string;
	#sid = "";
	#rid = randomBytes(4).readUInt32BE();
	#heard = "";

	constructor(url: string) {
		this.#url = url;
	}

	async open(): Promise<void> {
		const what = "xmpp:version='1.0' ver='1.11' wait='5' hold='1' content='text/xml; charset=utf-8'";
		await this.#post(`to='localhost' ${what} ${XBOSH}`, "");
		this.#sid = (/ sid=['"]([^'"]+)/.exec(this.#heard) ?? [])[1] ?? "";
		assert.notEqual(this.#sid, "", this.#heard);
	}

	restart(): Promise<void> {
		return this.#post(`to='localhost' xmpp:restart='true' ${XBOSH}`, "");
	}

	say(xml: string): Promise<void> {
		return this.#post("", xml);
	}

	async hear(pattern: RegExp): Promise<RegExpExecArray> {
		let match = pattern.exec(this.#heard);
		for (let tries = 0; match === null && tries < 10; tries++) {
			await this.#post("", "");
			match = pattern.exec(this.#heard);
		}
		assert.ok(match, `${pattern} expected, got ${this.#heard}`);
		this.#heard = this.#heard.slice(match.index + match[0].length);
		return match;
	}

	close(): void {
		void this.#post("type='terminate'", "").catch(() => undefined);
	}

	async #post(attributes: string, xml: string): Promise<void> {
		const sid = this.#sid === "" ? "" : `sid='${this.#sid}'`;
		const body = `<body xmlns='${BOSH}' rid='${++this.#rid}' ${sid} ${attributes}>${xml}</body>`;
		const headers = { "content-type": "text/xml; charset=utf-8" };
		const answer = await fetch(this.#url, { method: "POST", body, headers });
		assert.equal(answer.status, 200);
		this.#heard += await answer.text();
	}
}

export async function openBosh(port: number): Promise<RawStream> {
	const stream = new BoshStream(`http://localhost:${port}/http-bind`);
	await stream.open();
	return stream;
}
