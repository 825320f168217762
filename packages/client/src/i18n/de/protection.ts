import type { ProtectionWords } from "../catalogue/protection.ts";

export const protection: ProtectionWords = {
	protection: {
		title: "Wie es dich schützt, und wovor nicht",
		yes: "Was es schützt",
		no: "Was es nicht schützt",
		protects: [
			"Nur die Personen im Raum können lesen, was geschrieben wird. Der Server reicht weiter, was er nicht öffnen kann.",
			"Der Server erfährt keine Spitznamen und keine bleibenden Schlüssel. Dein Konto dort ist zufällig und wird weggeworfen.",
			"Niemand kann Nachrichten unbemerkt ändern, umordnen oder weglassen: Das Zeichen neben jeder sagt, wer dasselbe gesehen hat.",
			"Wenn jemand kommt oder geht, machen alle neue Schlüssel. Alte Nachrichten bleiben Neuen verschlossen.",
			"Nichts bleibt auf deinem Gerät. Schließt du die Seite, sind deine Schlüssel weg.",
		],
		protectsNot: [
			"Der Server sieht den Namen des Raums, deine Netzadresse, wann du hier bist, und wann und ungefähr wie viel geschrieben wird.",
			"Der Raum ist offen: Wer seinen Namen kennt, kann beitreten, und alle sehen es. Vergleicht die Wörter einer Person, um zu wissen, wer es ist.",
			"Jede Person im Raum kann kopieren, was sie liest. Wer alles aufzeichnet, kann später Dritten beweisen, wer was geschrieben hat: Diese Version nimmt das nicht zurück.",
			"Der Server kann die letzten Nachrichten zurückhalten oder alles anhalten. Was noch nicht „bei allen“ ist, ist vielleicht nicht angekommen.",
			"Die Seite selbst kommt vom Server. Ein böswilliger Server könnte eine andere Seite schicken.",
			"Nicht vor jemandem, der dein Gerät in der Hand hat.",
		],
	},
};
