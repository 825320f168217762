import { type IntervalHistogram, monitorEventLoopDelay } from "node:perf_hooks";

/** One figure, with labels that are kinds and directions: HOST-6. */
interface Sample {
	readonly labels?: Readonly<Record<string, string>>;
	readonly value: number;
}

/** A metric of Prometheus' text format 0.0.4. */
export interface Metric {
	readonly name: string;
	readonly type: "counter" | "gauge";
	readonly help: string;
	readonly samples: readonly Sample[];
}

const NANOSECONDS = 1e9;
const MICROSECONDS = 1e6;

export function metric(type: Metric["type"], name: string, help: string, value: number): Metric {
	return { name, type, help, samples: [{ value }] };
}

export function counterBy(
	label: string,
	name: string,
	help: string,
	values: Iterable<readonly [string, number]>,
): Metric {
	return {
		name,
		type: "counter",
		help,
		samples: [...values].map(([kind, value]) => ({ labels: { [label]: kind }, value })),
	};
}

export function renderMetrics(metrics: readonly Metric[]): string {
	return metrics
		.map(({ name, type, help, samples }) => {
			const lines = samples.map(({ labels, value }) => `${name}${renderLabels(labels)} ${value}\n`);
			return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join("")}`;
		})
		.join("");
}

/** Our own words, so that nothing has to be escaped. */
function renderLabels(labels: Sample["labels"]): string {
	const parts = Object.entries(labels ?? {}).map(([name, value]) => `${name}="${value}"`);
	return parts.length === 0 ? "" : `{${parts.join(",")}}`;
}

/** How this process fares. */
export class ProcessMetrics {
	readonly #delay: IntervalHistogram = monitorEventLoopDelay({ resolution: 10 });

	/** Costs a timer, so that it is not begun where nobody reads. */
	start(): void {
		this.#delay.enable();
	}

	stop(): void {
		this.#delay.disable();
	}

	/** The delays are those since the last time that they were read. */
	read(): readonly Metric[] {
		const { user, system } = process.cpuUsage();
		const { rss, heapUsed } = process.memoryUsage();
		const delays: Metric = {
			name: "clowder_event_loop_delay_seconds",
			type: "gauge",
			help: "How late timers were since the last reading.",
			samples: [
				{ labels: { quantile: "0.5" }, value: this.#delay.percentile(50) / NANOSECONDS },
				{ labels: { quantile: "0.99" }, value: this.#delay.percentile(99) / NANOSECONDS },
				{ labels: { quantile: "1" }, value: this.#delay.max / NANOSECONDS },
			],
		};
		this.#delay.reset();
		const started = Date.now() / 1000 - process.uptime();
		return [
			delays,
			metric("counter", "process_cpu_seconds_total", "Time on processors.", (user + system) / MICROSECONDS),
			metric("gauge", "process_resident_memory_bytes", "Memory of the process.", rss),
			metric("gauge", "nodejs_heap_size_used_bytes", "Memory of its objects.", heapUsed),
			metric("gauge", "process_start_time_seconds", "When it began, in seconds since 1970.", Math.round(started)),
		];
	}
}
