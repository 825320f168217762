import type { EntryWords } from "../catalogue/entry.ts";
import { grammar } from "../grammar.ts";

const g = grammar("en-GB");

export const entry: EntryWords = {
	app: {
		name: "Clowder",
		sentence: "A group chat whose server cannot read it.",
		drawing: "Three cats sitting side by side",
		close: "Close",
		ownName: "English",
	},
	enter: {
		room: "Room",
		roomHint: "Whoever types the same name meets here.",
		nickname: "Nickname",
		nicknameHint: "Shown to those in the room, never to the server.",
		join: "Join",
		more: "More",
		policy: "Who may come in",
		policyHint: "Counts if you are the first there. A room that is there already has its own rule.",
		policies: {
			open: "Anyone who knows its name",
			any: "Whom one person inside lets in",
			majority: "Whom more than half inside let in",
			all: "Whom everyone inside lets in",
		},
		passphrase: "Passphrase",
		passphraseHint: "If you type one, you enter only a room that asks for it. Agree on it by another way.",
		errors: {
			roomEmpty: "Type the room’s name.",
			roomTooLong: (limit) => `This name is too long: ${g.number(limit)} characters at most.`,
			roomCharacters: (codePoint) => `This name contains a character that cannot be seen (${codePoint}). Type it anew.`,
			nicknameEmpty: "Type a nickname.",
			nicknameTooLong: () => "This nickname is too long. Choose a shorter one.",
			nicknameCharacters: (codePoint) =>
				`This nickname contains a character that cannot be used (${codePoint}). Type it anew.`,
			nameTaken: "Someone in the room has this nickname, or one that looks like it. Choose another.",
			nameInvalid: "Those in the room do not accept this nickname. Choose another.",
			passphraseEmpty: "Type something that can be seen.",
			passphraseTooLong: "This passphrase is too long.",
			passphraseCharacters: "This passphrase contains a character that cannot be used. Type it anew.",
		},
	},
	preferences: {
		language: "Language",
		appearance: "Appearance",
		auto: "Auto",
		light: "Light",
		dark: "Dark",
		previews: "Early messages",
		previewsHint:
			"While someone is let in, they read what you write already, and you read what they write. Both are marked.",
	},
	joining: {
		title: (room) => `Joining ${g.name(room)}`,
		steps: "Steps",
		progress: "Progress",
		step: {
			connect: "Connecting to the server",
			keys: "Making your keys",
			enter: "Entering the room",
			ask: "Asking to join",
			agree: "Agreeing on a key",
		},
		state: { done: "done", now: "now", todo: "to come" },
		detail: {
			registering: "a throwaway account under a random name",
			entering: "under a random name",
			founding: "nobody answers, so you open the room",
			knocking: "waiting for an answer",
			asking: "being introduced",
			admission: "those inside decide whether you come in",
			passphrase: "the room asks for a passphrase",
		},
		count: (done, total) => `${g.number(done)} of ${g.number(total)} have let you in`,
		waitingFor: (names) => `This takes longer than usual. Waiting for ${g.names(names)}.`,
		slow: "This takes longer than usual. Waiting for an answer.",
		cancel: "Cancel",
		meanwhile: "Meanwhile",
		passphraseNeeded: "This room asks for a passphrase. Ask someone who is in it, by another way.",
		passphraseWrong: "This passphrase is wrong. Nobody in the room has learned it. Try again.",
		tryPassphrase: "Go in",
		why: "Nothing can be written before the key is agreed on.",
	},
	end: {
		left: { title: "You left the room", meaning: "Your keys are erased.", action: "Back to the start" },
		"left-unpublished": {
			title: "You left, and your key could not be published",
			meaning:
				"The others did not answer in time. Who recorded everything could still prove what you wrote last. Your keys are erased.",
			action: "Back to the start",
		},
		cancelled: { title: "Cancelled", meaning: "You did not join. Your keys are erased.", action: "Back to the start" },
		unreachable: {
			title: "The server cannot be reached",
			meaning: "You are not in the room. It may be your connection, or the server is down.",
			action: "Try again",
		},
		"server-protocol": {
			title: "The server does not speak as it should",
			meaning: "You are not in the room. The address may belong to something else.",
			action: "Try again",
		},
		"connection-lost": {
			title: "The connection is gone",
			meaning: "You are no longer in the room, and your keys are erased. You can come back as someone new.",
			action: "Join again",
		},
		removed: {
			title: "You were taken out of the room",
			meaning: "The others went on without you, perhaps because your answers came too late.",
			action: "Join again",
		},
		flooded: {
			title: "Too much came at once",
			meaning: "Someone floods this room. You left it, so that your device stays usable.",
			action: "Back to the start",
		},
		bug: {
			title: "Something in Clowder went wrong",
			meaning: "It stopped rather than go on unsafely. Your keys are erased. Please report the line below.",
			action: "Join again",
		},
		serverRefused: (condition) => ({
			title: "The server turned you away",
			meaning: `It says: ${condition}. You are not in the room.`,
			action: "Try again",
		}),
		entryRefused: (why) =>
			({
				"name-taken": {
					title: "The nickname is taken",
					meaning: "Someone in the room has this nickname, or one that looks like it.",
					action: "Choose another",
				},
				"name-invalid": {
					title: "The nickname is not accepted",
					meaning: "Those in the room do not accept this nickname.",
					action: "Choose another",
				},
				"bad-authenticator": {
					title: "Your keys were not accepted",
					meaning: "Someone in the room could not check who you are. Something on the way may have changed the data.",
					action: "Try again",
				},
				"already-here": {
					title: "You are already in this room",
					meaning: "An earlier connection of yours is still there. It goes away by itself.",
					action: "Try again",
				},
				"room-full": {
					title: "The room is full",
					meaning: "No one more can join until someone leaves.",
					action: "Try again",
				},
				"not-admitted": {
					title: "You were not let in",
					meaning: "Those in the room decide who comes in, and they said no.",
					action: "Ask again",
				},
				"wrong-passphrase": {
					title: "The passphrase is wrong",
					meaning: "Someone in the room checked it, and it does not fit.",
					action: "Type it again",
				},
				"passphrase-needed": {
					title: "This room asks for a passphrase",
					meaning: "Ask someone who is in the room, by another way.",
					action: "Type the passphrase",
				},
				"passphrase-unused": {
					title: "This room asks for no passphrase",
					meaning:
						"You typed one, so this may not be the room that you mean. You did not enter: anyone could be there.",
					action: "Back to the start",
				},
				silent: {
					title: "Your answers came too late",
					meaning: "The others went on without you. It may be your connection, or someone held it back.",
					action: "Try again",
				},
				misbehaved: {
					title: "What you sent broke the rules",
					meaning: "The others could not accept it. Something on the way may have changed the data.",
					action: "Try again",
				},
			})[why],
	},
};
