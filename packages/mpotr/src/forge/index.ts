export { forgeTranscript } from "./forge.ts";
export type { Random } from "./puppet.ts";
export { type RewriteError, rewriteTranscript } from "./rewrite.ts";
export type { Script, ScriptEnd, ScriptError, ScriptPerson, ScriptWord } from "./script.ts";
export type { RosterEntry, Transcript, TranscriptItem, TranscriptRefusal, Witness } from "./transcript.ts";
export { type SpokenWord, type TranscriptReading, verifyTranscript } from "./verify.ts";
export { scriptFromJson, suiteOfFile, transcriptFromJson, transcriptToJson, wordsFromJson } from "./files.ts";
export type { JsonError } from "./json.ts";
