import type { CarrierError } from "@clowder/carrier";
import type { EndReason } from "./snapshot.ts";

/** What went wrong with a text of ours, for the details. */
export function carrierDetail(error: CarrierError): string {
	switch (error.kind) {
		case "refused":
			return `${error.kind}: ${error.condition}`;
		case "protocol":
			return `${error.kind}: expected ${error.expected}, got ${error.got}`;
		case "unreachable":
		case "usage":
			return `${error.kind}: ${error.detail}`;
	}
}

/** Why the carrier ended a visit, or did not begin it. */
export function endOf(error: CarrierError, wasInside = false): EndReason {
	switch (error.kind) {
		case "unreachable":
			return { code: wasInside ? "connection-lost" : "unreachable" };
		case "refused":
			return { code: "server-refused", condition: error.condition };
		case "protocol":
			return { code: "server-protocol" };
		case "usage":
			return { code: "bug", detail: `carrier: ${error.detail}` };
	}
}
