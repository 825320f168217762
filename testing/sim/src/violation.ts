/** What a checker found: which demand does not hold, and how that showed. */
export class Violation extends Error {
	readonly demand: string;

	constructor(demand: string, detail: string) {
		super(`${demand}: ${detail}`);
		this.name = "Violation";
		this.demand = demand;
	}
}
