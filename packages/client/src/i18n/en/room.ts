import type { RoomWords } from "../catalogue/room.ts";
import { grammar } from "../grammar.ts";

const g = grammar("en-GB");

export const room: RoomWords = {
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
};
