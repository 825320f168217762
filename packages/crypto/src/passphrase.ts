import { err, erase, ok, type Result, utf8 } from "@clowder/bytes";
import { SecretBytes } from "./secret.ts";
import { PASSPHRASE_MAX_BYTES } from "./sizes.ts";
import type { Passphrase, PassphraseError } from "./suite.ts";

/** UTF-16 units that are looked at, before anything is taken out; more is too long whatever it holds. */
const INPUT_MAX_UNITS = 1024;

/** What takes no place on the screen: zero-width spaces and joiners, variation selectors, soft hyphens, fillers. */
const INVISIBLE: RegExp = /\p{Default_Ignorable_Code_Point}/gu;

const REFUSED = [
	["a control character", /\p{Cc}/u],
	["half of a surrogate pair", /\p{Cs}/u],
	["a code point that Unicode does not assign", /\p{Cn}/u],
] as const;

export class PassphraseImpl extends SecretBytes implements Passphrase {
	readonly kind = "passphrase";
}

/**
 * CRYPTO-17: a passphrase from what someone typed. Two people who were told the same words get the same bytes, 1 to 256
 * of UTF-8. The invisible goes first, so that what it kept apart is composed; NFKC makes nothing invisible of what is
 * not.
 */
export function normalisePassphrase(text: string): Result<Passphrase, PassphraseError> {
	if (text.length > INPUT_MAX_UNITS) return tooLong(utf8(text));
	const visible = text.replace(INVISIBLE, "").normalize("NFKC");
	const normal = visible.replace(/\s+/g, " ").replace(/^ | $/g, "");
	if (normal === "") return err({ kind: "passphrase-empty", expected: "a visible character", got: "none" });
	for (const [got, pattern] of REFUSED) {
		if (pattern.test(normal))
			return err({ kind: "passphrase-characters", expected: "characters that can be typed", got });
	}
	const bytes = utf8(normal);
	if (bytes.length > PASSPHRASE_MAX_BYTES) return tooLong(bytes);
	const passphrase = new PassphraseImpl(bytes);
	erase(bytes);
	return ok(passphrase);
}

function tooLong(bytes: Uint8Array): Result<never, PassphraseError> {
	const got = `${bytes.length} bytes`;
	erase(bytes);
	return err({ kind: "passphrase-too-long", expected: `at most ${PASSPHRASE_MAX_BYTES} bytes of UTF-8`, got });
}
