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
			"Hinterher kann niemand beweisen, wer was geschrieben hat: Sobald es neue Schlüssel gibt, veröffentlichen alle die alten, mit denen sie signiert haben. Dann könnte es jede Person geschrieben haben. Das Zeichen „abstreitbar“ sagt, ab wann.",
			"Wer die Regeln des Protokolls verletzt, ist draußen; die Geräte aller prüfen das. Keine Minderheit kann jemanden ausschließen.",
			"Nichts bleibt auf deinem Gerät. Schließt du die Seite, sind deine Schlüssel weg.",
		],
		protectsNot: [
			"Der Server sieht den Namen des Raums, deine Netzadresse, wann du hier bist, und wann und ungefähr wie viel geschrieben wird.",
			"In einen offenen Raum kommt, wer seinen Namen kennt, auch der Server, und alle sehen es. Unter „Mehr“ kannst du einen eröffnen, in dem die drinnen entscheiden oder der nach einem Kennwort fragt.",
			"Solange Nachrichten vorab eingeschaltet sind, liest vielleicht schon mit, wer gerade eingelassen wird. Der Satz ganz oben nennt die Namen.",
			"Ein Name beweist nichts. Vergleicht die Wörter einer Person, um zu wissen, wer es ist.",
			"Jede Person im Raum kann kopieren, was sie liest, und weitererzählen.",
			"Bevor die alten Schlüssel veröffentlicht sind, kann eine Aufzeichnung beweisen, wer was geschrieben hat. Wer verschwindet oder sofort geht, veröffentlicht nichts.",
			"Wer jemanden im Raum lenkt, während es geschieht, lässt sich überzeugen; ebenso, wem jemand Neues gehört, bevor die Schlüssel veröffentlicht sind.",
			"Schweigen und Abgeschnittensein sehen gleich aus: Ist jemand draußen, weil keine Antworten kamen, hat vielleicht der Server sie zurückgehalten.",
			"Der Server kann die letzten Nachrichten zurückhalten oder alles anhalten. Was noch nicht „bei allen“ ist, ist vielleicht nicht angekommen.",
			"Die Seite selbst kommt vom Server. Ein böswilliger Server könnte eine andere Seite schicken.",
			"Nicht vor jemandem, der dein Gerät in der Hand hat.",
		],
	},
};
