import { NS } from "../namespaces.ts";
import { type Element, element, serialise } from "../xml.ts";
import { parseCount } from "./count.ts";
import type { Resumption } from "./management.ts";
import type { HandledCountTooHigh } from "./unacked-queue.ts";

/** What a client asks for with `<enable/>` (XEP-0198 section 3). */
export interface EnableRequest {
	readonly resume: boolean;
	/** How long it wants to be waited for at most. */
	readonly maxSeconds: number | undefined;
}

/** What a client asks for with `<resume/>` (XEP-0198 section 5). */
export interface ResumeRequest {
	readonly previd: string;
	/** How many stanzas it has handled. */
	readonly handled: number;
}

export const FEATURE: Element = element("sm", NS.streamManagement);

/** The request for an acknowledgement, as it goes on the wire. */
export const REQUEST: string = serialise(element("r", NS.streamManagement));

export function readEnable({ attrs }: Element): EnableRequest {
	const resume = attrs["resume"] === "true" || attrs["resume"] === "1";
	return { resume, maxSeconds: parseCount(attrs["max"]) };
}

export function readResume({ attrs }: Element): ResumeRequest | undefined {
	const handled = parseCount(attrs["h"]);
	const previd = attrs["previd"];
	return handled === undefined || previd === undefined ? undefined : { previd, handled };
}

export function enabled(resumption: Resumption | undefined): Element {
	if (resumption === undefined) return element("enabled", NS.streamManagement);
	const max = `${Math.floor(resumption.forMs / 1000)}`;
	return element("enabled", NS.streamManagement, { id: resumption.id, resume: "true", max });
}

export function resumed(previd: string, handled: number): Element {
	return element("resumed", NS.streamManagement, { h: `${handled}`, previd });
}

/** `handled`: what a session that is over had handled, where that is known. */
export function failed(condition: "bad-request" | "item-not-found" | "unexpected-request", handled?: number): Element {
	const h = handled === undefined ? undefined : `${handled}`;
	return element("failed", NS.streamManagement, { h }, [element(condition, NS.stanzaErrors)]);
}

export function acknowledgement(handled: number): Element {
	return element("a", NS.streamManagement, { h: `${handled}` });
}

export function handledCountTooHigh({ handled, sent }: HandledCountTooHigh): Element {
	return element("handled-count-too-high", NS.streamManagement, { h: `${handled}`, "send-count": `${sent}` });
}
