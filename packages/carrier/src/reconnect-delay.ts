/** How long a carrier waits before it tries to connect again. */
export interface ReconnectTimes {
	/** The first wait at the most. */
	readonly reconnectLeastMs: number;
	/** Any later one at the most. */
	readonly reconnectMostMs: number;
}

/** The wait before a try to connect again: doubles from try to try up to a bound, half of it drawn at random. */
export function reconnectDelayMs(tries: number, times: ReconnectTimes, random: (length: number) => Uint8Array): number {
	const full = Math.min(times.reconnectMostMs, times.reconnectLeastMs * 2 ** Math.min(tries, 30));
	const [high = 0, low = 0] = random(2);
	return (full / 2) * (1 + (high * 256 + low) / 65536);
}
