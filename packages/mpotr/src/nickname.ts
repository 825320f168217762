import { err, ok, type Branded, type Result, utf8 } from "@clowder/bytes";

/** A checked nickname: normalised, 1 to 64 bytes, visible. Made by `parseNickname` only. */
export type Nickname = Branded<string, "Nickname">;

export type NicknameError =
	| { readonly kind: "nickname-empty" }
	| { readonly kind: "nickname-too-long"; readonly limitBytes: number; readonly bytes: number }
	| { readonly kind: "nickname-characters"; readonly codePoint: number };

/** UTF-8 bytes of a nickname; fixed-size fields on the wire have room for this many. */
export const NICKNAME_MAX_BYTES = 64;

export function parseNickname(text: string): Result<Nickname, NicknameError> {
	const name = text.normalize("NFC").trim();
	const bytes = utf8(name).length;
	if (bytes === 0) return err({ kind: "nickname-empty" });
	if (bytes > NICKNAME_MAX_BYTES) return err({ kind: "nickname-too-long", limitBytes: NICKNAME_MAX_BYTES, bytes });
	return ok(name as Nickname);
}

/** What two names have in common that people would take for the same name: equal skeletons look alike. */
export function nicknameSkeleton(name: Nickname): string {
	return name.normalize("NFKC").toLowerCase();
}
