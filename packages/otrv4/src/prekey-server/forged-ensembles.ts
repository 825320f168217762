import { ok } from "@clowder/bytes";
import type { EnsembleRequest, PrekeyStorage, StoredEnsemble } from "./storage.ts";

/**
 * Which false ensembles to give to whoever asks as `requester`; `undefined` for the true ones. It is to give each Prekey
 * Message once, as any storage does.
 */
export type ForgedEnsembles = (request: EnsembleRequest) => Promise<readonly StoredEnsemble[] | undefined>;

/**
 * "Prekey Server Forged Conversations" (otrv4.md, "KCI Attacks"): somebody who fears for a device asks the operator, in
 * advance, that whoever comes as this device's owner be given false ensembles, made by the person they would write to or
 * an accomplice. Conversations begun with the taken device then prove nothing. All else goes to `storage`.
 */
export function withForgedEnsembles(storage: PrekeyStorage, forged: ForgedEnsembles): PrekeyStorage {
	return {
		publish: (publication, nowSeconds) => storage.publish(publication, nowSeconds),
		count: (device) => storage.count(device),
		async takeEnsembles(request) {
			const ensembles = await forged(request);
			return ensembles === undefined ? storage.takeEnsembles(request) : ok(ensembles);
		},
	};
}
