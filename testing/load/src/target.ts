/** A server under load, on this machine. */
export interface Target {
	readonly name: string;
	/** Where it takes XMPP over WebSocket. */
	readonly url: string;
	readonly domain: string;
	/** The domain of its rooms. */
	readonly rooms: string;
	/** How a client without an account logs in. */
	readonly login: "key" | "anonymous";
	/** Its process; undefined where somebody else started it. */
	readonly pid: number | undefined;
	stop(): Promise<void>;
}
