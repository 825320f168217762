/**
 * What connects a page and a worker: `Worker`, a worker's own `self`, either end of a `MessageChannel`, in browsers and in
 * Node. It has to keep the order, to structured-clone what it carries, and to hold what comes until `onmessage` is set.
 * It connects two halves of one program: it is no border of trust.
 */
export interface Port {
	/** The buffers of `transfer` move to the other side instead of being copied. */
	postMessage(message: unknown, transfer: ArrayBuffer[]): void;
	onmessage: ((event: never) => void) | null;
}

/** What a port gives. */
export interface PortEvent {
	readonly data: unknown;
}
