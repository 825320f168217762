import type { XmppTiming } from "./limits.ts";

/** The wait before a try to connect again: doubles from try to try up to a bound, half of it drawn at random. */
export function reconnectDelayMs(tries: number, timing: XmppTiming, random: (length: number) => Uint8Array): number {
	const full = Math.min(timing.reconnectMostMs, timing.reconnectLeastMs * 2 ** Math.min(tries, 30));
	const [high = 0, low = 0] = random(2);
	return (full / 2) * (1 + (high * 256 + low) / 65536);
}

/** Waits; at once when it was or is aborted. */
export function delay(ms: number, signal: AbortSignal): Promise<void> {
	return new Promise((resolve) => {
		if (signal.aborted) return resolve();
		const end = (): void => {
			clearTimeout(timer);
			signal.removeEventListener("abort", end);
			resolve();
		};
		const timer = setTimeout(end, ms);
		signal.addEventListener("abort", end);
		return undefined;
	});
}

/** Waits for something, but only so long. */
export async function within(ms: number, work: Promise<unknown>): Promise<void> {
	const done = new AbortController();
	await Promise.race([work, delay(ms, done.signal)]);
	done.abort();
}
