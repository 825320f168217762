import assert from "node:assert/strict";
import { createSocket } from "node:dgram";

/** Where a server of a domain listens for those of others. */
export interface Destination {
	readonly port: number;
}

export interface NameServer {
	readonly port: number;
	stop(): Promise<void>;
}

const HEADER_BYTES = 12;
const TYPE_A = 1;
const TYPE_SRV = 33;
const TTL_SECONDS = 60;
/** A response, authoritative; then without and with an error (RFC 1035 section 4.1.1). */
const ANSWERED = 0x8400;
const NO_SUCH_NAME = 0x8403;
const SRV_PREFIX = "_xmpp-server._tcp.";

/**
 * The part of the Domain Name System that servers need to find each other (RFC 1035, RFC 2782): each domain is on this
 * machine, at the port that is given for it.
 */
export async function startNameServer(domains: ReadonlyMap<string, Destination>): Promise<NameServer> {
	const socket = createSocket("udp4");
	socket.on("message", (query, { port, address }) => socket.send(answer(query, domains), port, address));
	await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
	return {
		port: socket.address().port,
		stop: () => new Promise((resolve) => socket.close(() => resolve())),
	};
}

function answer(query: Buffer, domains: ReadonlyMap<string, Destination>): Buffer {
	const { name, end } = readName(query);
	const type = query.readUInt16BE(end);
	const question = query.subarray(HEADER_BYTES, end + 4);
	const isService = name.startsWith(SRV_PREFIX);
	const domain = isService ? name.slice(SRV_PREFIX.length) : name;
	const destination = domains.get(domain);
	const records: Buffer[] = [];
	if (destination !== undefined && isService && type === TYPE_SRV) {
		records.push(record(TYPE_SRV, Buffer.concat([uint16s(0, 0, destination.port), writeName(domain)])));
	}
	if (destination !== undefined && !isService && type === TYPE_A)
		records.push(record(TYPE_A, Buffer.from([127, 0, 0, 1])));
	const status = destination === undefined ? NO_SUCH_NAME : ANSWERED;
	const header = uint16s(query.readUInt16BE(0), status, 1, records.length, 0, 0);
	return Buffer.concat([header, question, ...records]);
}

/** A record of the name that was asked for. */
function record(type: number, data: Buffer): Buffer {
	// A pointer to the question's name (RFC 1035 section 4.1.4), the class IN.
	const pointer = 0xc000 + HEADER_BYTES;
	return Buffer.concat([uint16s(pointer, type, 1, 0, TTL_SECONDS, data.length), data]);
}

function readName(query: Buffer): { readonly name: string; readonly end: number } {
	const labels: string[] = [];
	let at = HEADER_BYTES;
	for (let length = query.readUInt8(at); length > 0; length = query.readUInt8(at)) {
		labels.push(query.toString("latin1", at + 1, at + 1 + length));
		at += 1 + length;
	}
	// Those who ask may mix upper and lower case, against forged answers.
	return { name: labels.join(".").toLowerCase(), end: at + 1 };
}

function writeName(name: string): Buffer {
	const labels = name
		.split(".")
		.map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label, "latin1")]));
	return Buffer.concat([...labels, Buffer.from([0])]);
}

function uint16s(...values: readonly number[]): Buffer {
	const bytes = Buffer.alloc(values.length * 2);
	for (const [index, value] of values.entries()) {
		assert.ok(value <= 0xffff);
		bytes.writeUInt16BE(value, index * 2);
	}
	return bytes;
}
