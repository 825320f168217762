import { parseArgs } from "node:util";
import { err, ok, type Result } from "@clowder/bytes";
import { PROFILES, type Profile } from "./story.ts";

export interface Options {
	/** The first seed, and how many. */
	readonly from: number;
	readonly seeds: number;
	/** Undefined: one after another. */
	readonly profile: Profile | undefined;
	/** Of one seed: only these steps. */
	readonly keep: readonly number[] | undefined;
	readonly processes: number;
	readonly verbose: boolean;
	readonly shrink: boolean;
	/** Of one seed: where to write its trace. */
	readonly trace: string | undefined;
}

export const HELP: string = `npm run sim -- [options]

Plays stories of whole rooms on virtual time, each from a seed, and looks after every step whether what must hold does.

  --seeds N      how many stories (default 100; with --seed, one)
  --from N       the first seed (default 0)
  --seed N       this one
  --profile P    ${PROFILES.join(", ")}; without it they take turns
  --processes N  default: all cores
  --verbose      one story, told line by line (with --seed)
  --keep A,B     of the story only these steps, as a failure prints them (with --seed)
  --trace FILE   write the places of one story and the agreed state after each (with --seed)
  --no-shrink    print failures as they are`;

function count(text: string | undefined, otherwise: number): number | undefined {
	if (text === undefined) return otherwise;
	return /^\d{1,10}$/.test(text) ? Number(text) : undefined;
}

/** Reads the command line; the error is a line for people. */
export function parseOptions(args: readonly string[], cores: number): Result<Options | "help", string> {
	try {
		const { values } = parseArgs({
			args: [...args],
			options: {
				seeds: { type: "string" },
				from: { type: "string" },
				seed: { type: "string" },
				profile: { type: "string" },
				processes: { type: "string" },
				keep: { type: "string" },
				trace: { type: "string" },
				verbose: { type: "boolean" },
				"no-shrink": { type: "boolean" },
				help: { type: "boolean" },
			},
		});
		if (values.help) return ok("help");
		const one = values.seed !== undefined;
		const from = count(values.seed ?? values.from, 0);
		const seeds = one ? 1 : count(values.seeds, 100);
		const processes = count(values.processes, cores);
		const profile = PROFILES.find((known) => known === values.profile);
		const keep = values.keep?.split(",").map((text) => count(text, 0));
		if (from === undefined || seeds === undefined || processes === undefined || processes < 1) {
			return err("expected whole numbers");
		}
		if (values.profile !== undefined && profile === undefined) return err(`expected one of ${PROFILES.join(", ")}`);
		if (!one && (values.verbose || keep || values.trace)) return err("--verbose, --keep and --trace need --seed");
		if (keep?.includes(undefined)) return err("expected numbers of steps after --keep");
		return ok({
			from,
			seeds,
			profile,
			keep: keep as readonly number[] | undefined,
			processes,
			verbose: values.verbose ?? false,
			shrink: !(values["no-shrink"] ?? false),
			trace: values.trace,
		});
	} catch (error) {
		return err(error instanceof Error ? error.message : String(error));
	}
}
