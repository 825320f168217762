import { join, text, u16, u8 } from "./bytes.ts";

/** "Encoded Messages". */
export function encodedText(message: Uint8Array): string {
	return `?OTR:${Buffer.from(message).toString("base64")}.`;
}

/** "Transmitting Fragments" of what is longer than `maxChars`, each number at its full width. */
export function fragments(
	whole: string,
	identifier: number,
	sender: number,
	receiver: number,
	maxChars: number,
): string[] {
	if (whole.length <= maxChars) return [whole];
	const header = `?OTR|${[identifier, sender, receiver].map((n) => n.toString(16).padStart(8, "0")).join("|")}`;
	const room = maxChars - `${header},00000,00000,,`.length;
	const total = Math.ceil(whole.length / room);
	return Array.from({ length: total }, (_, i) => {
		const numbers = [i + 1, total].map((n) => String(n).padStart(5, "0")).join(",");
		return `${header},${numbers},${whole.slice(i * room, (i + 1) * room)},`;
	});
}

/** "Data Message" and "TLV Record Types"; padded to a multiple of `paddingTo` by one record of type 0. */
export function plaintext(
	human: string,
	tlvs: readonly { readonly type: number; readonly value: Uint8Array }[],
	paddingTo: number,
): Uint8Array {
	const records = tlvs.map(({ type, value }) => join(u16(type), u16(value.length), value));
	const bare = tlvs.length === 0 ? text(human) : join(text(human), u8(0), ...records);
	if (bare.length % paddingTo === 0) return bare;
	const begun = join(text(human), u8(0), ...records);
	const missing = (paddingTo - ((begun.length + 4) % paddingTo)) % paddingTo;
	return join(begun, u16(0), u16(missing), new Uint8Array(missing));
}
