import { NS } from "./namespaces.ts";
import { childElements, type Element, element } from "./xml.ts";

/** Whose time it is that a delayed message is marked with. */
export interface DelayHost {
	readonly domain: string;
	/** Milliseconds since 1970. */
	readonly wallTime: () => number;
}

/** XEP-0203: marks a message with when it came. One that was marked here before keeps the time of then. */
export function delayed(message: Element, { domain, wallTime }: DelayHost): Element {
	if (childElements(message).some((node) => isDelay(node) && node.attrs["from"]?.toLowerCase() === domain))
		return message;
	const delay = element("delay", NS.delay, { from: domain, stamp: new Date(wallTime()).toISOString() });
	return { ...message, children: [...message.children, delay] };
}

export function isDelay(node: Element): boolean {
	return node.ns === NS.delay && node.name === "delay";
}
