import type { ProtectionWords } from "../catalogue/protection.ts";

export const protection: ProtectionWords = {
	protection: {
		title: "How it protects you, and from what not",
		yes: "What it protects",
		no: "What it does not protect",
		protects: [
			"Only the people in the room can read what is written. The server passes on what it cannot open.",
			"The server learns no nicknames and no keys that stay. Your account there is random and thrown away.",
			"Nobody can change or reorder messages, or drop one, unnoticed: the mark beside each says who has seen the same.",
			"When someone joins or leaves, everyone makes new keys. Old messages stay closed to newcomers.",
			"Afterwards, nobody can prove who wrote what: once there are new keys, everyone publishes the old ones they signed with, so that anyone could have written it. The mark “deniable” says when.",
			"Who breaks the rules of the protocol is out, checked by everyone’s device. No minority can put anyone out.",
			"Nothing is kept on your device. Close the page, and your keys are gone.",
		],
		protectsNot: [
			"The server sees the room’s name, your network address, when you are here, and when and roughly how much is written.",
			"Into an open room comes whoever knows its name, the server too, and is shown to everyone. Under “More” you can open one where those inside decide, or that asks for a passphrase.",
			"While early messages are on, whoever is being let in may read along before they are in. The sentence at the top names them.",
			"A name proves nothing. Compare the words of a person to know who it is.",
			"Anyone in the room can copy what they read, and tell.",
			"Before the old keys are published, a recording can prove who wrote what. Who vanishes, or leaves at once, publishes nothing.",
			"A judge who directs someone in the room while it happens can be convinced; so can one to whom a newcomer belongs, before the keys are published.",
			"Silence and being cut off look alike: when someone is out because no answers came, the server may have held them back.",
			"The server can hold back the last messages, or stop everything. What is not yet “with all” may not have arrived.",
			"The page itself comes from the server. A malicious server could send a different page.",
			"Not against someone who controls your device.",
		],
	},
};
