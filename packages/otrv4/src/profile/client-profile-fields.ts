import { type Bytes, encode, type Reader } from "@clowder/bytes";
import { CLIENT_PROFILE_FIELDS_MAX, VERSIONS_MAX_BYTES } from "../limits.ts";
import {
	KEY_TYPE,
	readData,
	readSeconds,
	readTypedPoint,
	writeData,
	writeSeconds,
	writeTypedPoint,
} from "../wire/data-types.ts";
import { readTag, writeTag } from "../wire/header.ts";
import { readDsaKey, readTransitionalSignature } from "./transitional-signature.ts";

/** The types of the fields, otrv4.md "Client Profile Data Type". */
export const FIELD = {
	instanceTag: 0x0001,
	publicKey: 0x0002,
	forgingKey: 0x0003,
	versions: 0x0004,
	expiration: 0x0005,
	dsaKey: 0x0006,
	transitionalSignature: 0x0007,
} as const;

export type Field =
	| { readonly type: typeof FIELD.instanceTag; readonly tag: number }
	| { readonly type: typeof FIELD.publicKey; readonly point: Bytes<"POINT"> }
	| { readonly type: typeof FIELD.forgingKey; readonly point: Bytes<"POINT"> }
	| { readonly type: typeof FIELD.versions; readonly bytes: Uint8Array }
	| { readonly type: typeof FIELD.expiration; readonly seconds: number }
	| { readonly type: typeof FIELD.dsaKey; readonly bytes: Uint8Array }
	| { readonly type: typeof FIELD.transitionalSignature; readonly bytes: Uint8Array };

/** The field of one type, if it is among them. */
export function fieldOf<T extends Field["type"]>(
	fields: readonly Field[],
	type: T,
): Extract<Field, { readonly type: T }> | undefined {
	return fields.find((field): field is Extract<Field, { readonly type: T }> => field.type === type);
}

/** The fields as they are signed: each with its type before it, in their order, without their number. */
export function encodeFields(fields: readonly Field[]): Uint8Array {
	return encode((w) => {
		for (const field of fields) {
			w.u16(field.type);
			switch (field.type) {
				case FIELD.instanceTag:
					writeTag(w, field.tag);
					break;
				case FIELD.publicKey:
					writeTypedPoint(w, KEY_TYPE.publicKey, field.point);
					break;
				case FIELD.forgingKey:
					writeTypedPoint(w, KEY_TYPE.forgingKey, field.point);
					break;
				case FIELD.versions:
					writeData(w, field.bytes, VERSIONS_MAX_BYTES);
					break;
				case FIELD.expiration:
					writeSeconds(w, field.seconds);
					break;
				case FIELD.dsaKey:
				case FIELD.transitionalSignature:
					w.fixed(field.bytes, field.bytes.length);
					break;
			}
		}
	});
}

/**
 * The number of the fields and the fields, in any order. No type twice ("should not be duplicated"), and none that is
 * not known: a field has no length by which it could be passed over.
 */
export function readFields(r: Reader): readonly Field[] {
	const count = r.u32();
	if (count > CLIENT_PROFILE_FIELDS_MAX) r.refuse(`at most ${CLIENT_PROFILE_FIELDS_MAX} fields`, `${count}`);
	const fields: Field[] = [];
	for (let i = 0; i < count; i++) {
		const type = r.u16();
		if (fields.some((field) => field.type === type)) r.refuse("each field once", `a second of type ${type}`);
		fields.push(readField(r, type, fields));
	}
	return fields;
}

function readField(r: Reader, type: number, before: readonly Field[]): Field {
	switch (type) {
		case FIELD.instanceTag:
			return { type, tag: readTag(r) };
		case FIELD.publicKey:
			return { type, point: readTypedPoint(r, KEY_TYPE.publicKey) };
		case FIELD.forgingKey:
			return { type, point: readTypedPoint(r, KEY_TYPE.forgingKey) };
		case FIELD.versions:
			return { type, bytes: readData(r, VERSIONS_MAX_BYTES) };
		case FIELD.expiration:
			return { type, seconds: readSeconds(r) };
		case FIELD.dsaKey:
			return { type, bytes: readDsaKey(r) };
		case FIELD.transitionalSignature:
			return { type, bytes: readTransitionalSignature(r, fieldOf(before, FIELD.dsaKey)?.bytes) };
		default:
			return r.refuse("a field of type 1 to 7", `${type}`);
	}
}
