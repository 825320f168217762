/**
 * UPLOAD-4: the types that a file may be served as, by the name they have where files are kept. What a browser may run or
 * draw as a document is not among them: whatever else was said to come is served as mere bytes.
 */
const TYPES = {
	bin: "application/octet-stream",
	avif: "image/avif",
	gif: "image/gif",
	jpeg: "image/jpeg",
	png: "image/png",
	webp: "image/webp",
	mp3: "audio/mpeg",
	m4a: "audio/mp4",
	oga: "audio/ogg",
	weba: "audio/webm",
	mp4: "video/mp4",
	ogv: "video/ogg",
	webm: "video/webm",
} as const;

export type TypeCode = keyof typeof TYPES;

const CODES = Object.keys(TYPES) as readonly TypeCode[];

export function isTypeCode(text: string): text is TypeCode {
	return Object.hasOwn(TYPES, text);
}

/** The type that was asked for, if it is one of these; its parameters do not count. */
export function typeCode(contentType: string | undefined): TypeCode {
	const wanted = (contentType ?? "").split(";")[0]?.trim().toLowerCase();
	return CODES.find((code) => TYPES[code] === wanted) ?? "bin";
}

export function contentType(code: TypeCode): string {
	return TYPES[code];
}
