import type { TimelineWords } from "../catalogue/timeline.ts";
import { grammar } from "../grammar.ts";

const g = grammar("en-GB");

export const timeline: TimelineWords = {
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
};
