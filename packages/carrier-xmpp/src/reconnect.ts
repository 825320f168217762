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
