import { QUERY_VERSIONS_MAX } from "../limits.ts";
import { type OtrVersion, versionString, versionsOf } from "../profile/versions.ts";

/**
 * "?OTRv", version identifiers, "?". An identifier is any printable character but "?", so that a sentence is no query.
 * "?OTR?v" is the form of those who speak version 1 too.
 */
const QUERY = new RegExp(`\\?OTR\\??v([!->@-~]{0,${QUERY_VERSIONS_MAX}})\\?`);

/**
 * "?OTRv43?" for the versions that we are willing to speak, otrv4.md "Query Messages"; `note` explains it to a reader
 * without OTR, and should say nothing about who is speaking.
 */
export function queryMessage(versions: readonly OtrVersion[], note?: string): string {
	const query = `?OTRv${versionString(versions)}?`;
	return note === undefined ? query : `${query} ${note}`;
}

/**
 * The known versions that a text asks for, the best first, none if it names none of them; undefined if it is no query.
 * The query may stand anywhere in it, "accompanied by an explanatory message"; the first counts.
 */
export function parseQuery(text: string): readonly OtrVersion[] | undefined {
	const match = QUERY.exec(text);
	return match === null ? undefined : versionsOf(match[1] as string);
}
