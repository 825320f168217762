export type { Branded, Bytes } from "./brand.ts";
export { compare, concat, equal, erase, xor } from "./bytes.ts";
export { type DecodeError, decode, encode, Reader, Writer } from "./codec.ts";
export { err, ok, type Result } from "./result.ts";
export { base64, fromBase64, fromHex, fromUtf8, hex, utf8 } from "./text.ts";
