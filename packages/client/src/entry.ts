import { err, ok, type Result } from "@clowder/bytes";
import { parseRoomName, type RoomName, type RoomNameError } from "@clowder/carrier";
import { normalisePassphrase, type Passphrase, type PassphraseError } from "@clowder/crypto";
import { type Nickname, type NicknameError, parseNickname, type RoomTerms } from "@clowder/mpotr";

/** Who may come into a room. */
export type AdmissionPolicy = RoomTerms["policy"];

export const ADMISSION_POLICIES: readonly AdmissionPolicy[] = ["open", "any", "majority", "all"];

/** What was typed on the first screen. */
export interface EntryDraft {
	readonly room: string;
	readonly nickname: string;
	/** Counts only for a room that is opened by this. */
	readonly policy: AdmissionPolicy;
	/** Empty: none. */
	readonly passphrase: string;
}

/** A room and a name that can be used. */
export interface Entry {
	readonly room: RoomName;
	readonly nickname: Nickname;
	readonly policy: AdmissionPolicy;
	/** The visit that is opened with it erases it. */
	readonly passphrase: Passphrase | undefined;
}

/** What is wrong with the fields of the first screen, by field. */
export interface EntryErrors {
	readonly room: RoomNameError | undefined;
	readonly nickname: NicknameError | undefined;
	readonly passphrase: PassphraseError | undefined;
}

/** Checks what was typed on the first screen. */
export function checkEntry(draft: EntryDraft): Result<Entry, EntryErrors> {
	const room = parseRoomName(draft.room);
	const nickname = parseNickname(draft.nickname);
	const passphrase = draft.passphrase === "" ? ok(undefined) : normalisePassphrase(draft.passphrase);
	if (room.ok && nickname.ok && passphrase.ok) {
		return ok({ room: room.value, nickname: nickname.value, policy: draft.policy, passphrase: passphrase.value });
	}
	if (passphrase.ok) passphrase.value?.erase();
	return err({
		room: room.ok ? undefined : room.error,
		nickname: nickname.ok ? undefined : nickname.error,
		passphrase: passphrase.ok ? undefined : passphrase.error,
	});
}

/** What is wrong with a passphrase as far as it is typed; nothing is wrong with an empty field yet. */
export function passphraseProblem(text: string): PassphraseError | undefined {
	if (text === "") return undefined;
	const passphrase = normalisePassphrase(text);
	if (!passphrase.ok) return passphrase.error;
	passphrase.value.erase();
	return undefined;
}
