import { CHANNEL_MAX_BYTES } from "./limits.ts";

/** Kinds of names of a TLS channel, the better first: RFC 9266, RFC 5929 section 4. */
export const CHANNEL_KINDS = ["tls-exporter", "tls-server-end-point"] as const;
export type ChannelKind = (typeof CHANNEL_KINDS)[number];

/** What this side knows of the TLS channel that the exchange runs in: nothing without TLS, and over WebSocket. */
export type Channels = Readonly<Partial<Record<ChannelKind, Uint8Array>>>;

/** What the exchange is bound to. */
export type Binding = ChannelKind | "none";

/** LOGIN-6: the kinds that this side could be bound to, the better first. */
export function kindsOf(channels: Channels): readonly ChannelKind[] {
	for (const name of Object.values(channels)) {
		if (name.length === 0 || name.length > CHANNEL_MAX_BYTES) throw new RangeError(`a channel of ${name.length} bytes`);
	}
	return CHANNEL_KINDS.filter((kind) => channels[kind] !== undefined);
}

/** The bytes that go into the transcript. */
export function channelBytes(channels: Channels, binding: Binding): Uint8Array {
	return (binding === "none" ? undefined : channels[binding]) ?? new Uint8Array();
}
