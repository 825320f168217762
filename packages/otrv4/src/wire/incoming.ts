import { INCOMING_TEXT_MAX_CHARS } from "../limits.ts";
import type { OtrVersion } from "../profile/versions.ts";
import { type Refusal, refuse } from "../refusal.ts";
import { decodeMessage, versionOf } from "./decode-message.ts";
import { decodeText, ENCODED_PREFIX } from "./encoding.ts";
import { type ErrorMessage, parseErrorMessage } from "./error-message.ts";
import { type Fragment, isVersion3Fragment, looksLikeFragment, parseFragment } from "./fragment-format.ts";
import type { OtrMessage } from "./messages.ts";
import { parseQuery } from "./query-message.ts";
import { findWhitespaceTag } from "./whitespace-tag.ts";

/** What a text from the carrier is. Nothing in it is verified. */
export type Incoming =
	| { readonly kind: "plaintext"; readonly text: string }
	/** `text` is without the tag. */
	| { readonly kind: "plaintext-tagged"; readonly text: string; readonly versions: readonly OtrVersion[] }
	/** No versions: "the receiver will not reply". */
	| { readonly kind: "query"; readonly versions: readonly OtrVersion[] }
	| ({ readonly kind: "error" } & ErrorMessage)
	/** Of OTRv4, for an `Assembler`; what that gives back is classified again. */
	| { readonly kind: "fragment"; readonly fragment: Fragment }
	| { readonly kind: "encoded"; readonly message: OtrMessage }
	/** An encoded message or a fragment of OTRv3, as it came, for another library. */
	| { readonly kind: "version-3"; readonly text: string }
	| { readonly kind: "refused"; readonly refusal: Refusal };

const OTR_VERSION_3 = 3;
/** Fragments of OTRv2. */
const OLD_FRAGMENT_PREFIX = "?OTR,";

/**
 * Tells what a text is: fragments first ("before checking for any of the other markers"), then what must stand at the
 * start, then queries and tags, which may stand anywhere.
 */
export function classify(text: string): Incoming {
	if (text.length > INCOMING_TEXT_MAX_CHARS) {
		const expected = `at most ${INCOMING_TEXT_MAX_CHARS} characters`;
		return { kind: "refused", refusal: refuse("peer", "limit", "text", expected, `${text.length}`).error };
	}
	if (looksLikeFragment(text)) return classifyFragment(text);
	if (text.startsWith(ENCODED_PREFIX)) return classifyEncoded(text);
	const error = parseErrorMessage(text);
	if (error !== undefined) return { kind: "error", ...error };
	if (text.startsWith(OLD_FRAGMENT_PREFIX) && text.endsWith(",")) {
		const refusal = refuse("incompatible", "version", "fragment", "a fragment of OTRv4", "one of OTRv2").error;
		return { kind: "refused", refusal };
	}
	const queried = parseQuery(text);
	if (queried !== undefined) return { kind: "query", versions: queried };
	const tag = findWhitespaceTag(text);
	if (tag !== undefined) return { kind: "plaintext-tagged", ...tag };
	return { kind: "plaintext", text };
}

function classifyFragment(text: string): Incoming {
	if (isVersion3Fragment(text)) return { kind: "version-3", text };
	const fragment = parseFragment(text);
	if (!fragment.ok) return { kind: "refused", refusal: fragment.error };
	return { kind: "fragment", fragment: fragment.value };
}

function classifyEncoded(text: string): Incoming {
	const bytes = decodeText(text);
	if (!bytes.ok) return { kind: "refused", refusal: bytes.error };
	if (versionOf(bytes.value) === OTR_VERSION_3) return { kind: "version-3", text };
	const message = decodeMessage(bytes.value);
	if (!message.ok) return { kind: "refused", refusal: message.error };
	return { kind: "encoded", message: message.value };
}
