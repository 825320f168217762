import type { TimelineWords } from "../catalogue/timeline.ts";
import { grammar } from "../grammar.ts";

const g = grammar("en-GB");

export const timeline: TimelineWords = {
	line: {
		started: (others) =>
			`The conversation begins here for you. Only ${g.list([...others.map(g.name), "you"])} can read it. Messages from before are not shown.`,
		startedAlone: "The conversation begins here. You are the first in this room.",
		joining: (name, known, sharing) =>
			`${g.name(name)} is ${known ? "coming back" : "joining"} and ${sharing ? "may read this already" : "cannot read what you write yet"}.`,
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
				split: `You and ${g.name(name)} have lost each other. Making new keys.`,
				returning: `${g.name(name)} lost the connection and is coming back. Making new keys.`,
			})[how],
		left: (name, how) =>
			({
				left: `${g.name(name)} left.`,
				gone: `${g.name(name)} stopped answering and was taken out.`,
				misbehaved: `${g.name(name)} broke the rules of the protocol and is out.`,
				silent: `${g.name(name)} was silent for too long and is out. Perhaps their connection failed, or someone held it back.`,
				diverged: `${g.name(name)} saw a different conversation and is out of this one.`,
				split: `You and ${g.name(name)} have lost each other.`,
				returning: `${g.name(name)} lost the connection and is coming back.`,
			})[how],
		newKeys: (others) => `New keys. Only ${g.list([...others.map(g.name), "you"])} can read from here on.`,
		newKeysAlone: "New keys. Only you are here.",
		rekeyed: "New keys for the same people.",
		back: (names) =>
			`${g.names(names)} ${g.plural(names.length, { one: "is", other: "are" })} back, with the same keys as before.`,
		asking: (name) => `${g.name(name)} asks to come in.`,
		answered: (name, by, yes) =>
			by === undefined
				? `You said ${yes ? "yes" : "no"} to ${g.name(name)}.`
				: `${g.name(by)} said ${yes ? "yes" : "no"} to ${g.name(name)}.`,
		vote: (by, against, over) => {
			const who = by === undefined ? "Your device" : g.name(by);
			const why = {
				silent: g.plural(against.length, { one: "no answer comes from there", other: "no answers come from there" }),
				diverged: g.plural(against.length, {
					one: "a different conversation is seen there",
					other: "different conversations are seen there",
				}),
			}[over];
			return `${who} would go on without ${g.names(against)}: ${why}.`;
		},
		blamed: (name, what) => {
			const why = {
				share: ": what they gave for the new keys, or said about it, is wrong",
				key: ": they confirmed another key than the one agreed on",
				opened: ": what they opened to be checked is not theirs",
				contradiction: ": they said two things that exclude each other",
				other: "",
			}[what];
			return `${g.name(name)} broke the rules of the protocol and is out${why}. Everyone’s device here has checked that. Making new keys.`;
		},
		frozen: (why, names) =>
			({
				unheard: `Nothing shows any more that ${names.length === 0 ? "everyone" : g.names(names)} still ${g.plural(Math.max(names.length, 1), { one: "sees", other: "see" })} what you write: a lost connection, or someone who cuts it. So that nobody can be made to believe a forgery, nothing more is sent or shown with these keys. New ones are made by themselves; what you write waits for them.`,
				expired: "These keys are too old. Nothing more is sent or shown with them; new ones are made by themselves.",
				diverged: `${names.length === 0 ? "Not everyone sees" : `${g.names(names)} and you do not see`} the same conversation: someone may be lying to one of you. Nothing more is sent or shown with these keys. Those who see the same go on with new ones.`,
			})[why],
		takenOut: (how) =>
			how === "diverged"
				? "The others saw a different conversation than you and went on without you. Asking to come in again."
				: "The others went on without you: your answers did not reach them in time. Asking to come in again; what they write meanwhile is not shown.",
		split: (names) =>
			`You and ${g.names(names)} have lost each other: the connection between you failed, or someone cuts it. You go on with those who are left. What you write from here on, ${g.names(names)} ${g.plural(names.length, { one: "does", other: "do" })} not see.`,
		merging: (people) =>
			`Another conversation goes on in this room, among ${g.plural(people, { one: `${g.number(people)} person`, other: `${g.number(people)} people` })}. Yours ends here; you are moving over.`,
		movedOver: (others) =>
			`You are in the other conversation now. Only ${g.list([...others.map(g.name), "you"])} can read from here on. What stands above was never there, and what was said there before is not shown.`,
		gap: "Messages are missing here. The others are asked for them.",
		repaired: (messages, complete) => {
			const came = g.plural(messages, {
				one: `${g.number(messages)} message arrived late.`,
				other: `${g.number(messages)} messages arrived late.`,
			});
			if (complete) return came;
			return messages === 0 ? "Messages are missing here, and nobody has them." : `${came} Others are still missing.`;
		},
		unconfirmedEnd: (name, messages) => {
			const which = g.plural(messages, { one: "the last message", other: `the last ${g.number(messages)} messages` });
			return `${g.name(name)} never confirmed ${which} from before the keys changed, and may not have seen the same.`;
		},
		divergence: (name, time) =>
			time === undefined
				? `${g.name(name)} sees a different conversation.`
				: `${g.name(name)} sees a different conversation since ${time}.`,
		interrupted: "Connection lost.",
		resumed: "Connected again. Nothing was missed.",
		reconnected: "Connected anew. Joining again; what the others write meanwhile is not shown.",
		earlierDropped: "Earlier messages are no longer kept.",
	},
	muted: {
		count: (name, count) =>
			`${g.name(name)} is muted: ${g.plural(count, { one: `${g.number(count)} message`, other: `${g.number(count)} messages` })}`,
		unmute: (name) => `Unmute ${g.name(name)}`,
	},
	preview: {
		mark: "early",
		by: (name, time) => `Early message: ${g.name(name)}, ${time}`,
		disclaimer: {
			"not-in-yet": "Shared with you while you were coming in. Others may have seen something else.",
			newcomer: "From someone who is not in yet, passed on by one of you. Others may have seen something else.",
		},
	},
	closed: {
		all: "deniable",
		some: "partly deniable",
		title: "Who can prove what stands above",
		meaningAll:
			"Nobody, any more. Everyone has published the key they signed with, so anyone could have written it. Who was there still remembers.",
		meaningSome:
			"Who has published their key can no longer be tied to what they wrote. What the others wrote could still be proved with a recording.",
		published: "Published",
		open: "Not published",
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
};
