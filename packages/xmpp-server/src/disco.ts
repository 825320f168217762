import { NS } from "./namespaces.ts";
import { type Element, element } from "./xml.ts";

export interface Identity {
	readonly category: string;
	readonly type: string;
	readonly name?: string;
}

/** An answer to disco#info (XEP-0030 section 3). */
export function discoInfo(identities: readonly Identity[], features: readonly string[]): Element {
	return element("query", NS.discoInfo, {}, [
		...identities.map(({ category, type, name }) => element("identity", NS.discoInfo, { category, type, name })),
		...[NS.discoInfo, NS.discoItems, ...features].map((feature) => element("feature", NS.discoInfo, { var: feature })),
	]);
}

/** An answer to disco#items (XEP-0030 section 4). */
export function discoItems(
	items: readonly { readonly jid: string; readonly name?: string; readonly node?: string }[],
): Element {
	return element(
		"query",
		NS.discoItems,
		{},
		items.map(({ jid, name, node }) => element("item", NS.discoItems, { jid, name, node })),
	);
}
