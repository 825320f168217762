// The last lines of `npm test`, and its verdict.

/** @typedef {import("./outcome-reporter.mjs").TestOutcome} TestOutcome */

/**
 * @param {readonly TestOutcome[]} outcomes
 * @param {readonly string[]} broken groups in which node's runner reported failure, whatever the outcomes say
 * @param {{ ci: boolean, seconds: number }} run with `ci`, nothing may be skipped
 * @returns {{ text: string, code: number }}
 */
export function closingSummary(outcomes, broken, { ci, seconds }) {
	const skipped = outcomes.filter(({ result }) => result === "skip");
	/** @param {TestOutcome["result"]} result */
	const count = (result) => outcomes.filter((outcome) => outcome.result === result).length;
	const failed = broken.length > 0 || count("fail") > 0 || count("pass") === 0 || (ci && skipped.length > 0);
	const lines = ["", "== closing summary"];
	for (const { name, detail, file } of skipped)
		lines.push(`skipped: ${name} (${detail || "no reason given"}) in ${file}`);
	if (ci && skipped.length > 0) lines.push("with CI=true nothing may be skipped");
	if (broken.length > 0) lines.push(`failed in: ${broken.join(", ")}`);
	lines.push(
		`${failed ? "FAILED" : "PASSED"}: ${count("pass")} passed, ${count("fail")} failed, ${skipped.length} skipped, ` +
			`${seconds.toFixed(0)} s`,
	);
	return { text: lines.join("\n"), code: failed ? 1 : 0 };
}
