import type { IqOutcome } from "../iq-service.ts";
import type { StanzaCondition } from "../stanza.ts";
import { type Element, element, type Node } from "../xml.ts";
import { PUBSUB } from "./names.ts";

/** An error with the condition of publish-subscribe's own that says what exactly (XEP-0060 section 17.1). */
export function refused(condition: StanzaCondition, detail?: string): IqOutcome {
	if (detail === undefined) return { type: "error", condition };
	return { type: "error", condition, detail: element(detail, PUBSUB.errors) };
}

export function unsupported(feature: string): IqOutcome {
	const detail = element("unsupported", PUBSUB.errors, { feature });
	return { type: "error", condition: "feature-not-implemented", detail };
}

export const NOT_FOUND: IqOutcome = { type: "error", condition: "item-not-found" };
export const DONE: IqOutcome = { type: "result" };

/** A result in the shape of its request. */
export function answered(ns: string, children: readonly Node[]): IqOutcome {
	return { type: "result", payload: element("pubsub", ns, {}, children) };
}

export function itemElement(ns: string, id: string, payload?: Element): Element {
	return element("item", ns, { id }, payload === undefined ? [] : [payload]);
}
