import { NS } from "./namespaces.ts";
import { child, childElements, type Element, element, textOf } from "./xml.ts";

/** One field of a form (XEP-0004). */
export interface Field {
	readonly name: string;
	readonly type: "boolean" | "hidden" | "list-single" | "text-single";
	readonly value: string;
	/** What a `list-single` may be. */
	readonly options?: readonly string[];
}

/** `form`: to be filled in. `result`: to be read. */
export function writeForm(type: "form" | "result", formType: string, fields: readonly Field[]): Element {
	const all: readonly Field[] = [{ name: "FORM_TYPE", type: "hidden", value: formType }, ...fields];
	return element("x", NS.dataForm, { type }, all.map(writeField));
}

function writeField({ name, type, value, options = [] }: Field): Element {
	const valueOf = (text: string): Element => element("value", NS.dataForm, {}, [text]);
	const choices = options.map((option) => element("option", NS.dataForm, {}, [valueOf(option)]));
	return element("field", NS.dataForm, { var: name, type }, [valueOf(value), ...choices]);
}

/** The values of a submitted form by their fields' names; undefined where it is no form of this type. */
export function readForm(parent: Element, formType: string): ReadonlyMap<string, string> | undefined {
	const form = child(parent, "x", NS.dataForm);
	if (form?.attrs["type"] !== "submit") return undefined;
	const fields = new Map<string, string>();
	for (const field of childElements(form)) {
		const name = field.attrs["var"];
		if (field.name !== "field" || field.ns !== NS.dataForm || name === undefined) continue;
		const value = child(field, "value", NS.dataForm);
		fields.set(name, value === undefined ? "" : textOf(value));
	}
	if ((fields.get("FORM_TYPE") ?? formType) !== formType) return undefined;
	fields.delete("FORM_TYPE");
	return fields;
}
