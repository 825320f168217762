/** How long an interface stood still while something went on. */
export interface Stillness {
	/** The longest time between two turns of the page's event loop, in milliseconds. */
	readonly longestGapMs: number;
	/** The longest that the browser itself counts as too long: over 50 ms; 0 if there was none. */
	readonly longestTaskMs: number;
	/** How often the event loop came round, so that it shows that somebody watched. */
	readonly turns: number;
}

/** Watches the page's thread from now until it is asked what it saw. */
export function watchInterface(): () => Promise<Stillness> {
	let [longestGapMs, longestTaskMs, turns, watching] = [0, 0, 0, true];
	const tasks = new PerformanceObserver((list) => note(list));
	const note = (list: PerformanceObserverEntryList): void => {
		for (const { duration } of list.getEntries()) longestTaskMs = Math.max(longestTaskMs, duration);
	};
	tasks.observe({ type: "longtask" });
	const { port1, port2 } = new MessageChannel();
	let last = performance.now();
	port1.addEventListener("message", () => {
		const now = performance.now();
		longestGapMs = Math.max(longestGapMs, now - last);
		last = now;
		turns += 1;
		// By way of a frame, so that the watching leaves room for what is watched.
		if (watching) requestAnimationFrame(() => port2.postMessage(undefined));
	});
	port1.start();
	port2.postMessage(undefined);
	return async () => {
		// One more frame: what ended just now is told of after it.
		await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
		watching = false;
		for (const { duration } of tasks.takeRecords()) longestTaskMs = Math.max(longestTaskMs, duration);
		tasks.disconnect();
		port1.close();
		return { longestGapMs, longestTaskMs, turns };
	};
}
