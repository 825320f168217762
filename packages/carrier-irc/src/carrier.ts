import { err, type Result } from "@clowder/bytes";
import {
	type Carrier,
	type CarrierError,
	type EnterOptions,
	fragmenting,
	type Hash,
	type Place,
	sequencing,
	type Clock,
	type SequencingTimes,
} from "@clowder/carrier";
import { routeTo } from "@clowder/socks";
import { channelOf, parseService } from "./address.ts";
import {
	type IrcPace,
	type IrcTiming,
	PACE,
	TEXT_IN_LINE_MAX_BYTES,
	TEXT_IN_LINES_MAX_BYTES,
	TIMING,
} from "./limits.ts";
import { IrcPlace } from "./place.ts";
import { lineWeight } from "./text-in-line.ts";

export interface IrcCarrierOptions {
	/** Where the server listens: `ircs://host:port` or, on loopback, `irc://host:port`. */
	readonly service: string;
	/** The network's name, the same for all who are to meet, whichever of its servers they use. */
	readonly network: string;
	/** `length` fresh bytes of a cryptographic generator. */
	readonly random: (length: number) => Uint8Array;
	/** Collision-resistant, of at least 16 bytes, and the same for everyone: SHA-512 for one. */
	readonly hash: Hash;
	/**
	 * Where the order of texts comes from; the same for everyone in a room. `sequence`, unless told otherwise: the
	 * occupants make it, on any network. `server`: the network is one server, and has IRCv3 echo-message.
	 */
	readonly order?: "sequence" | "server";
	/** Allows `irc:` to hosts other than this one, where anyone on the way reads who talks when. */
	readonly allowPlaintext?: boolean;
	/**
	 * A SOCKS5 proxy for all connections: `socks5://127.0.0.1:9050` for Tor's. Names are the proxy's to resolve. Unless the
	 * address has a name and a password, each place has its own, which Tor takes to keep their circuits apart.
	 */
	readonly proxy?: string;
	/** Certificates to check the server's against, in PEM, in place of those that Node has. */
	readonly ca?: string;
	/** How fast a server lets people talk, where it is not as RFC 1459 says. */
	readonly pace?: Partial<IrcPace>;
	/** Durations other than the defaults. */
	readonly timing?: Partial<IrcTiming>;
	/** Durations of the sequence, other than what the pace makes of the defaults. */
	readonly times?: Partial<SequencingTimes>;
}

const CLOCK: Clock = {
	now: () => performance.now(),
	setTimer(atMs, run) {
		const timer = setTimeout(run, Math.max(0, Math.ceil(atMs - performance.now())));
		return () => clearTimeout(timer);
	},
};

/** Lines that a statement of the sequence may wait behind, at the pace of the server. */
const PATIENCE_LINES = 8;

/**
 * The carrier contract on IRC channels (`spec/carrier.md`, rules IRC-*): lines, in fragments; in a sequence, as a network
 * of servers has no order and most have no echo; and long texts in fragments of that.
 */
export function ircCarrier(options: IrcCarrierOptions): Carrier {
	const { hash, order = "sequence", pace: given } = options;
	const pace: IrcPace = { ...PACE, ...given };
	const hasEcho = order === "server";
	const lines: Carrier = {
		capabilities: { totalOrder: hasEcho, echo: hasEcho, presence: true, maxTextBytes: TEXT_IN_LINE_MAX_BYTES },
		enter: (entering) => enterLines(options, pace, hasEcho, entering),
	};
	const texts = fragmenting(lines, { weigh: lineWeight, limits: { textMaxBytes: TEXT_IN_LINES_MAX_BYTES } });
	if (hasEcho) return fragmenting(texts);
	return fragmenting(sequencing(texts, { clock: CLOCK, hash, times: { ...timesFor(pace), ...options.times } }));
}

async function enterLines(
	options: IrcCarrierOptions,
	pace: IrcPace,
	needsEcho: boolean,
	entering: EnterOptions,
): Promise<Result<Place, CarrierError>> {
	const { service, network, random, hash, ca, allowPlaintext = false } = options;
	const address = parseService(service, allowPlaintext);
	if (!address.ok) return address;
	const route = routeTo(new URL(service), options.proxy, random);
	if (!route.ok) return err({ kind: "usage", detail: route.error });
	const channel = channelOf(entering.room, hash);
	const binding = `irc:${network}/${channel}`;
	const timing: IrcTiming = { ...TIMING, ...options.timing };
	const settings = {
		address: address.value,
		route: route.value,
		ca,
		channel,
		binding,
		needsEcho,
		random,
		pace,
		timing,
	};
	return new IrcPlace(settings, entering).start();
}

/** A sequence waits longer where lines do (IRC-10). */
function timesFor({ lineMs }: IrcPace): Partial<SequencingTimes> {
	const patienceMs = 1000 + PATIENCE_LINES * lineMs;
	return { patienceMs, patienceMaxMs: 8 * patienceMs, neglectMs: 15 * patienceMs, standMs: patienceMs };
}
