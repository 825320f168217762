import type { Bytes } from "@clowder/bytes";
import type { VerifiedEnsemble } from "../prekey-server/ensemble.ts";
import { INSTANCES_MAX } from "../limits.ts";

/** Whom to write to who is away ("Receiving Prekey Ensembles": "decide whether to only use the trusted long-term keys"). */
export interface EnsembleChoice {
	/** Whether the user has compared this fingerprint, or an SMP said "equal". */
	readonly isTrusted: (fingerprint: Bytes<"Fingerprint">) => boolean;
	/** Devices that are not trusted: never, only where no device is, or always. A server may have invented them. */
	readonly untrusted: "never" | "if-none-is-trusted" | "always";
}

/** Which ensembles to write to, at most one for each device and eight in all, and which were passed over. */
export function chooseEnsembles(
	ensembles: readonly VerifiedEnsemble[],
	{ isTrusted, untrusted }: EnsembleChoice,
): { readonly chosen: readonly VerifiedEnsemble[]; readonly passedOver: readonly VerifiedEnsemble[] } {
	const trusted = ensembles.filter(({ clientProfile }) => isTrusted(clientProfile.fingerprint));
	const others = ensembles.filter((ensemble) => !trusted.includes(ensemble));
	const alsoOthers = untrusted === "always" || (untrusted === "if-none-is-trusted" && trusted.length === 0);
	const devices = new Map<number, VerifiedEnsemble>();
	for (const ensemble of alsoOthers ? [...trusted, ...others] : trusted) {
		const { instanceTag } = ensemble.clientProfile.profile;
		if (!devices.has(instanceTag) && devices.size < INSTANCES_MAX) devices.set(instanceTag, ensemble);
	}
	const chosen = [...devices.values()];
	return { chosen, passedOver: ensembles.filter((ensemble) => !chosen.includes(ensemble)) };
}
