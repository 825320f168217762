export type { Catalogue, Notice } from "./catalogue.ts";
export type { Grammar, PluralForms } from "./grammar.ts";
export { CATALOGUES, LOCALES, type Locale, pickLocale } from "./locales.ts";
export {
	composerSentence,
	disputeSentences,
	endNotice,
	heldSentence,
	markWords,
	nicknameErrorSentence,
	personState,
	progressMark,
	roomNameErrorSentence,
	sendErrorSentence,
	systemLine,
	trustNotes,
	trustSentence,
	waitingSentence,
} from "./phrases.ts";
