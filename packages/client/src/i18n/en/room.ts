import type { RoomWords } from "../catalogue/room.ts";
import { grammar } from "../grammar.ts";

const g = grammar("en-GB");

export const room: RoomWords = {
	trust: {
		private: (others) => `Only ${g.list([...others.map(g.name), "you"])} can read this.`,
		privateMany: (count) => `Only you and the ${g.number(count)} others listed here can read this.`,
		privateAndEarly: (others, early) => {
			const inside =
				typeof others === "number"
					? `you and the ${g.number(others)} others listed here`
					: g.list([...others.map(g.name), "you"]);
			const verb = g.plural(early.length, { one: "is", other: "are" });
			return `Only ${inside} can read this, and already ${g.names(early)}, who ${verb} joining.`;
		},
		alone: "Only you are here. Nobody else can read this.",
		reKeying: (names) =>
			names.length === 0
				? "New keys are being made. What you write waits for them."
				: `${g.names(names)} ${g.plural(names.length, { one: "has", other: "have" })} gone. New keys are being made; what you write waits for them.`,
		unheard: "The others have not answered for a while. What you write waits until they do, or for new keys.",
		frozen: (why, names) =>
			({
				unheard:
					names.length === 0
						? "Stopped for your safety: nothing shows that the others still see what you write. New keys are being made."
						: `Stopped for your safety: nothing shows that ${g.names(names)} still ${g.plural(names.length, { one: "sees", other: "see" })} what you write. New keys are being made.`,
				expired: "These keys are too old to be used. New ones are being made; what you write waits for them.",
				diverged: `Stopped for your safety: ${names.length === 0 ? "not everyone sees" : `${g.names(names)} and you do not see`} the same conversation. New keys are being made.`,
			})[why],
		interrupted: "The connection is lost. Trying to get it back.",
		notYet: "Not private yet. Agreeing on a key.",
		over: "You are no longer in this room.",
		joining: (names) => `${g.names(names)} ${g.plural(names.length, { one: "is", other: "are" })} joining.`,
		asking: (names) => `${g.names(names)} ${g.plural(names.length, { one: "asks", other: "ask" })} to come in.`,
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
		menu: "Menu",
		newKeys: "New keys now",
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
		asking: "asks to come in",
		muted: "muted",
		mute: "Mute",
		unmute: "Unmute",
		muteHint: "Folds their messages away on your screen, until you leave. Nobody else learns of it.",
		leaving: {
			left: "has left",
			gone: "stopped answering",
			misbehaved: "taken out: broke the rules",
			silent: "silent for too long",
			diverged: "sees a different conversation",
			split: "lost, goes on elsewhere",
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
	requests: {
		title: "Requests to come in",
		asks: (name) => `${g.name(name)} asks to come in.`,
		seenBefore: "Was here before, with the same keys.",
		words: "Their words",
		check: "Anyone can take a name. To know who it is, compare these words on a call.",
		votes: (yes, needed, of) =>
			needed === 1
				? "One of you is enough."
				: `${g.number(needed)} of the ${g.number(of)} here have to say yes; ${g.number(yes)} ${g.plural(yes, { one: "has", other: "have" })}.`,
		letIn: "Let in",
		refuse: "Do not let in",
		ownYes: "You said yes.",
		ownNo: "You said no.",
	},
	leaving: {
		title: (room) => `Leaving ${g.name(room)}`,
		meaning: "A few seconds, until what you wrote can be denied: your signing key is being published.",
		atOnce: "Go at once",
		atOnceMeaning: "Then a recording could later prove what you wrote last.",
	},
	composer: {
		message: "Message",
		send: "Send",
		hint: "Enter sends, Shift + Enter begins a new line.",
		earlyField: "Say something already",
		early: "You are not in yet. One of those inside passes this on, marked as early; it is sent again once you are in.",
		noSession: "You can write as soon as a key is agreed on.",
		over: "You are no longer in this room.",
		untilNewKeys: "New keys are being made. What you send now goes out when they are ready.",
		untilUnfrozen: "Held back for your safety. What you send now goes out when the others answer, or with new keys.",
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
		login: "Login",
		loginWays: {
			key: "by a key, without a password",
			registered: "with an account made for this visit",
			anonymous: "anonymously, without an account",
			account: "with an account of yours",
		},
		none: "No session now.",
		policy: "Who may come in",
		passphrase: "Passphrase",
		passphraseYes: "asked for",
		passphraseNo: "none",
		timeout: "Silence until someone is left out",
		seconds: (count) => g.plural(count, { one: `${g.number(count)} second`, other: `${g.number(count)} seconds` }),
		deniable: "Earlier sessions that can be denied",
		deniableNone: "none yet",
		deniableCount: (count, total) => `${g.number(count)} of ${g.number(total)}`,
		blamed: "Broke the rules",
		broke: (name, rule) => `${g.name(name)}: rule ${rule}`,
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
};
