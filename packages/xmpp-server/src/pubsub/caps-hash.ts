import { createHash } from "node:crypto";
import { NS } from "../namespaces.ts";
import { childElements, type Element, textOf } from "../xml.ts";

/** The hash functions that clients use, by their names in XEP-0115 and in Node. */
const HASHES: Readonly<Record<string, string>> = { "sha-1": "sha1", "sha-256": "sha256" };

/**
 * PEP-7: whether what a client says it can do has the hash that it gave (XEP-0115 section 5.4). False also for what the
 * hash does not tell apart: anything twice, or with the separator in it.
 */
export function hasCapsHash(info: Element, hash: string, ver: string): boolean {
	const algorithm = Object.hasOwn(HASHES, hash) ? HASHES[hash] : undefined;
	const text = verificationString(info);
	if (algorithm === undefined || text === undefined) return false;
	return createHash(algorithm).update(text).digest("base64") === ver;
}

function verificationString(info: Element): string | undefined {
	const parts = childElements(info);
	const identities = parts
		.filter(({ name, ns }) => name === "identity" && ns === NS.discoInfo)
		.map(({ attrs }) => ["category", "type", "xml:lang", "name"].map((key) => attrs[key] ?? "").join("/"));
	const features = featuresOf(info);
	const forms = parts.filter(({ name, ns }) => name === "x" && ns === NS.dataForm).map(formStrings);
	const formTypes = forms.map(([type]) => type ?? "");
	if (formTypes.includes("") || [identities, features, formTypes].some(hasTwice)) return undefined;
	const inOrder = forms.toSorted(([a = ""], [b = ""]) => byUnits(a, b)).flat();
	const all = [...identities.toSorted(byUnits), ...features.toSorted(byUnits), ...inOrder];
	return all.some((each) => each.includes("<")) ? undefined : all.map((each) => `${each}<`).join("");
}

/** Its type, then its fields in order, each followed by its values in order. */
function formStrings(form: Element): readonly string[] {
	const fields = childElements(form)
		.filter(({ name }) => name === "field")
		.map((field) => ({
			name: field.attrs["var"] ?? "",
			values: childElements(field)
				.filter(({ name }) => name === "value")
				.map(textOf),
		}));
	const type = fields.find(({ name }) => name === "FORM_TYPE")?.values[0] ?? "";
	const rest = fields.filter(({ name }) => name !== "FORM_TYPE").toSorted((a, b) => byUnits(a.name, b.name));
	return [type, ...rest.flatMap(({ name, values }) => [name, ...values.toSorted(byUnits)])];
}

export function featuresOf(info: Element): readonly string[] {
	return childElements(info)
		.filter(({ name, ns }) => name === "feature" && ns === NS.discoInfo)
		.map(({ attrs }) => attrs["var"] ?? "");
}

function hasTwice(values: readonly string[]): boolean {
	return new Set(values).size !== values.length;
}

/** As XEP-0115 wants it, by bytes; the same as by UTF-16 units for all that occurs in names of features. */
function byUnits(a: string, b: string): number {
	if (a === b) return 0;
	return a < b ? -1 : 1;
}
