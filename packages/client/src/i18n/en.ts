import type { Catalogue } from "./catalogue.ts";
import { grammar } from "./grammar.ts";

const g = grammar("en-GB");

/** English. */
export const en: Catalogue = {
	grammar: g,
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
		},
	},
	preferences: { language: "Language", appearance: "Appearance", auto: "Auto", light: "Light", dark: "Dark" },
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
		},
		count: (done, total) => `${g.number(done)} of ${g.number(total)} have let you in`,
		waitingFor: (names) => `This takes longer than usual. Waiting for ${g.names(names)}.`,
		slow: "This takes longer than usual. Waiting for an answer.",
		cancel: "Cancel",
		why: "Nothing can be written before the key is agreed on.",
	},
	trust: {
		private: (others) => `Only ${g.list([...others.map(g.name), "you"])} can read this.`,
		privateMany: (count) => `Only you and the ${g.number(count)} others listed here can read this.`,
		alone: "Only you are here. Nobody else can read this.",
		reKeying: (names) =>
			names.length === 0
				? "New keys are being made. What you write waits for them."
				: `${g.names(names)} ${g.plural(names.length, { one: "has", other: "have" })} gone. New keys are being made; what you write waits for them.`,
		interrupted: "The connection is lost. Trying to get it back.",
		notYet: "Not private yet. Agreeing on a key.",
		over: "You are no longer in this room.",
		joining: (names) => `${g.names(names)} ${g.plural(names.length, { one: "is", other: "are" })} joining.`,
		dispute: (name, time) =>
			time === undefined
				? `${g.name(name)} sees a different conversation.`
				: `${g.name(name)} sees a different conversation since ${time}.`,
		disputeAction: "Ask each other by another way, then leave and meet in a new room.",
	},
	room: {
		copyLink: "Copy link",
		linkCopied: "Link copied",
		linkNotCopied: "Copy this link yourself:",
		leave: "Leave",
		people: "People",
		peopleCount: (count) => `People (${g.number(count)})`,
		messages: "Messages",
		details: "Details",
		toNewest: "To the newest",
	},
	person: {
		you: "you",
		inSession: "in the session",
		joining: "joining",
		leaving: {
			left: "has left",
			gone: "stopped answering",
			misbehaved: "taken out: broke the rules",
			silent: "silent for too long",
			diverged: "sees a different conversation",
			split: "went on without you",
			returning: "coming back",
		},
		leavingUnknown: "leaving",
		lookAlike: (names) =>
			`This name looks like ${g.names(names)}. They are different people: colour and shape tell them apart.`,
		compare: (name) =>
			`Call ${g.name(name)}, or meet, and read these words to each other. On ${g.name(name)}’s own screen they are the same. If they are not, someone sits in between.`,
		compareOwn:
			"The others see these words when they open your name. Read them out on a call, so that they can compare.",
		words: "Words",
		digits: "Digits",
		picture: "Picture",
		pictureOf: (tiles) => `Picture: ${tiles.join(", ")}`,
		mark: (colour, shape) => `${colour} ${shape}`,
	},
	line: {
		started: (others) =>
			`The conversation begins here for you. Only ${g.list([...others.map(g.name), "you"])} can read it. Messages from before are not shown.`,
		startedAlone: "The conversation begins here. You are the first in this room.",
		joining: (name) => `${g.name(name)} is joining and cannot read anything yet.`,
		joinEnded: (name, why) =>
			({
				left: `${g.name(name)} went away before joining.`,
				"session-changed": `${g.name(name)} has to ask again, because the people here changed.`,
				"name-taken": `${g.name(name)} could not join: the name is taken.`,
				"name-invalid": `${g.name(name)} could not join: the name is not accepted.`,
				"bad-authenticator": `${g.name(name)} could not join: the proof of who they are was wrong.`,
				"already-here": `${g.name(name)} could not join: they are already here under another connection.`,
				"room-full": `${g.name(name)} could not join: the room is full.`,
				"not-admitted": `${g.name(name)} was not let in.`,
				"wrong-passphrase": `${g.name(name)} could not join: the passphrase was wrong.`,
				"passphrase-needed": `${g.name(name)} could not join without the passphrase.`,
				"passphrase-unused": `${g.name(name)} could not join: they expected a room with a passphrase.`,
				silent: `${g.name(name)} could not join: their answers did not come in time.`,
				misbehaved: `${g.name(name)} could not join: they broke the rules of the protocol.`,
			})[why],
		joined: (names) => `${g.names(names)} joined.`,
		leaving: (name, how) =>
			({
				left: `${g.name(name)} is leaving. Making new keys.`,
				gone: `${g.name(name)} stopped answering. Making new keys.`,
				misbehaved: `${g.name(name)} broke the rules of the protocol. Making new keys without them.`,
				silent: `${g.name(name)} has been silent for too long. Making new keys without them.`,
				diverged: `${g.name(name)} sees a different conversation. Making new keys without them.`,
				split: `${g.name(name)} went on without you. Making new keys.`,
				returning: `${g.name(name)} lost the connection and is coming back. Making new keys.`,
			})[how],
		left: (name, how) =>
			({
				left: `${g.name(name)} left.`,
				gone: `${g.name(name)} stopped answering and was taken out.`,
				misbehaved: `${g.name(name)} broke the rules of the protocol and is out.`,
				silent: `${g.name(name)} was silent for too long and is out. Perhaps their connection failed, or someone held it back.`,
				diverged: `${g.name(name)} saw a different conversation and is out of this one.`,
				split: `${g.name(name)} went on without you.`,
				returning: `${g.name(name)} lost the connection and is coming back.`,
			})[how],
		newKeys: (others) => `New keys. Only ${g.list([...others.map(g.name), "you"])} can read from here on.`,
		newKeysAlone: "New keys. Only you are here.",
		divergence: (name, time) =>
			time === undefined
				? `${g.name(name)} sees a different conversation.`
				: `${g.name(name)} sees a different conversation since ${time}.`,
		stalled: (name) =>
			name === undefined
				? "The keys do not fit together. Nobody can join or leave cleanly now."
				: `The keys from ${g.name(name)} do not fit. Nobody can join or leave cleanly now.`,
		interrupted: "Connection lost.",
		resumed: "Connected again. Nothing was missed.",
		reconnected: "Connected anew. Joining again; what the others write meanwhile is not shown.",
		earlierDropped: "Earlier messages are no longer kept.",
	},
	message: {
		by: (name, time) => `${g.name(name)}, ${time}`,
		hiddenCharacter: (codePoint) => `hidden character ${codePoint}`,
		waiting: "waiting",
		sending: "sending",
		sent: "sent",
		withSome: (count, total) => `with ${g.number(count)} of ${g.number(total)}`,
		withAll: "with all",
		alone: "only you",
		disputed: "disputed",
		who: "Who has this message",
		meaning: {
			waiting: "It has not been sent. It goes out as soon as that is safe.",
			sending: "It is on its way.",
			sent: "It was sent. Nobody has confirmed it yet.",
			some: "Those named have confirmed that they see it, at this place in the conversation.",
			all: "Everyone has confirmed that they see it, at this place in the conversation.",
			alone: "Nobody else was here when it was sent.",
			disputed: "Not everyone sees the same conversation up to here. Do not rely on it.",
		},
		confirmedBy: "Confirmed by",
		notYet: "Not yet",
		seesElse: "Sees something else",
	},
	composer: {
		message: "Message",
		send: "Send",
		hint: "Enter sends, Shift + Enter begins a new line.",
		noSession: "You can write as soon as a key is agreed on.",
		over: "You are no longer in this room.",
		untilNewKeys: "New keys are being made. What you send now goes out when they are ready.",
		untilUnfrozen: "Stopped for your safety. What you send now goes out with new keys.",
		untilConnection: "The connection is lost. What you send now waits until it is back.",
		tooMany: "Too many messages wait to be sent. Wait until some have gone out.",
		tooLong: (limitBytes) => `This is too long: at most ${g.number(limitBytes)} bytes in one message.`,
	},
	held: {
		newcomers: (names) =>
			`Not sent: ${g.names(names)} came in after you wrote this. Send it to everyone who is here now?`,
		reconnected: "Perhaps not sent: the connection was lost after you wrote this. Send it to everyone who is here now?",
		send: "Send to everyone here now",
		discard: "Discard",
	},
	details: {
		title: "Details",
		session: "Session",
		fingerprint: "Code of the session",
		fingerprintHint: "The same for everyone in it.",
		since: "Since",
		size: "People in it",
		suite: "Algorithms",
		none: "No session now.",
		attempt: (done, total) => `Next keys: ${g.number(done)} of ${g.number(total)} parts have come`,
		link: "Link to this room",
		refusals: (count) =>
			g.plural(count, { one: `${g.number(count)} text refused`, other: `${g.number(count)} texts refused` }),
		refusalsHint: "They changed nothing and are not shown as messages.",
		blame: {
			foreign: "not from Clowder",
			sender: "breaks the protocol",
			timing: "too late, too early or sent twice",
			limits: "over a limit",
			carrier: "damaged on the way",
		},
	},
	help: {
		title: "Keys",
		key: { enter: "Enter", shiftEnter: "Shift + Enter", escape: "Esc", tab: "Tab" },
		open: "Show these keys",
		send: "Send the message",
		newLine: "Begin a new line",
		back: "Step back",
		next: "Go to the next control",
		region: "Go to the next part of the screen",
	},
	protection: {
		title: "How it protects you, and from what not",
		yes: "What it protects",
		no: "What it does not protect",
		protects: [
			"Only the people in the room can read what is written. The server passes on what it cannot open.",
			"The server learns no nicknames and no keys that stay. Your account there is random and thrown away.",
			"Nobody can change or reorder messages, or drop one, unnoticed: the mark beside each says who has seen the same.",
			"When someone joins or leaves, everyone makes new keys. Old messages stay closed to newcomers.",
			"Nothing is kept on your device. Close the page, and your keys are gone.",
		],
		protectsNot: [
			"The server sees the room’s name, your network address, when you are here, and when and roughly how much is written.",
			"The room is open: whoever knows its name can join, and is shown to everyone. Compare the words of a person to know who it is.",
			"Anyone in the room can copy what they read. Who keeps a recording of it all may later prove to a third person who wrote what: this version does not take that back.",
			"The server can hold back the last messages, or stop everything. What is not yet “with all” may not have arrived.",
			"The page itself comes from the server. A malicious server could send a different page.",
			"Not against someone who controls your device.",
		],
	},
	end: {
		left: { title: "You left the room", meaning: "Your keys are erased.", action: "Back to the start" },
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
