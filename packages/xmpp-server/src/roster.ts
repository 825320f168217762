import type { IqOutcome, IqRequest, IqService } from "./iq-service.ts";
import { NS } from "./namespaces.ts";
import { element } from "./xml.ts";

/** The roster (RFC 6121 section 2): empty, and not to be written. */
export class RosterService implements IqService {
	readonly serverFeatures: readonly string[] = [NS.roster];
	readonly accountFeatures: readonly string[] = [];

	answer({ payload, type }: IqRequest): IqOutcome | undefined {
		if (payload.ns !== NS.roster) return undefined;
		if (type === "set") return { type: "error", condition: "not-allowed" };
		return { type: "result", payload: element("query", NS.roster) };
	}
}
