export type { Catalogue, Notice } from "./catalogue.ts";
export type { Grammar, PluralForms } from "./grammar.ts";
export { CATALOGUES, LOCALES, type Locale, pickLocale } from "./locales.ts";
export {
	closedMark,
	composerSentence,
	disputeSentences,
	endNotice,
	heldSentence,
	markWords,
	nicknameErrorSentence,
	passphraseErrorSentence,
	personState,
	progressMark,
	requestSentences,
	roomNameErrorSentence,
	sendErrorSentence,
	systemLine,
	trustNotes,
	trustSentence,
	waitingSentence,
} from "./phrases.ts";
