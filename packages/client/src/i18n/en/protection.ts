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
};
