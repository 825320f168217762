/**
 * The toolkit of otrv4.md "Forging Transcripts": what it takes to make conversations that never were, and to change those
 * that were, so that no transcript proves anything. It computes with the same functions as honest conversations do.
 * FORGING.md tells what can be forged with which key.
 */
export {
	isMacKeyOf,
	type Modification,
	modifyDataMessage,
	type ReadDataMessage,
	readAndForgeDataMessage,
	remacMessage,
	revealedMacKeys,
	showMacKey,
} from "./data-messages.ts";
export type { ForgedText, SessionKeys } from "./dakes.ts";
export { falsePrekeyEnsemble, type FalsePrekeyEnsemble } from "./ensembles.ts";
export { impersonationFromJson, newIdentity, ownerFromJson, printableEnsemble, scriptFromJson } from "./files.ts";
export type { ForgedSession } from "./forged-session.ts";
export {
	type Begun,
	type ImpersonatedInitiator,
	type ImpersonatedResponder,
	type Impersonation,
	impersonateInitiator,
	impersonateOfflineResponder,
	impersonateResponder,
} from "./impersonation.ts";
export { bytesOfText, parse, parseAll, parseBytes, type Parsed } from "./parse.ts";
export type { ForgeryOptions, Person } from "./people.ts";
export { type Printable, printable } from "./printable.ts";
export {
	type Cast,
	type ForgedTranscript,
	forgeDakeAndSessionKeys,
	forgeTranscript,
	type Script,
	type Word,
	WORDS_MAX,
} from "./transcripts.ts";
