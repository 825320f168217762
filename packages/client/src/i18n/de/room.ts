import type { Colour } from "../../identity/picture.ts";
import type { RoomWords } from "../catalogue/room.ts";
import { grammar } from "../grammar.ts";

const g = grammar("de");

const COLOURS: { readonly [Name in Colour]: string } = {
	red: "rot",
	amber: "gelb",
	green: "grün",
	teal: "türkis",
	blue: "blau",
	violet: "violett",
};

export const room: RoomWords = {
	trust: {
		private: (others) => `Nur ${g.list([...others.map(g.name), "du"])} könnt das lesen.`,
		privateMany: (count) => `Nur du und die ${g.number(count)} anderen auf der Liste könnt das lesen.`,
		privateAndEarly: (others, early) => {
			const joining = `${g.names(early)} (${g.plural(early.length, { one: "kommt", other: "kommen" })} gerade dazu)`;
			if (typeof others === "number") {
				return `Nur du und die ${g.number(others)} anderen auf der Liste könnt das lesen, und schon jetzt ${joining}.`;
			}
			const verb = g.plural(others.length + 1, { one: "kannst", other: "könnt" });
			return `Nur ${g.list([...others.map(g.name), "du"])} ${verb} das lesen, und schon jetzt ${joining}.`;
		},
		alone: "Nur du bist hier. Niemand sonst kann das lesen.",
		reKeying: (names) =>
			names.length === 0
				? "Neue Schlüssel entstehen. Was du schreibst, wartet auf sie."
				: `${g.names(names)} ${g.plural(names.length, { one: "ist", other: "sind" })} weg. Neue Schlüssel entstehen; was du schreibst, wartet auf sie.`,
		unheard:
			"Die anderen haben eine Weile nicht geantwortet. Was du schreibst, wartet auf sie oder auf neue Schlüssel.",
		frozen: (why, names) =>
			({
				unheard:
					names.length === 0
						? "Zu deiner Sicherheit angehalten: Nichts zeigt, dass die anderen noch sehen, was du schreibst. Neue Schlüssel entstehen."
						: `Zu deiner Sicherheit angehalten: Nichts zeigt, dass ${g.names(names)} noch ${g.plural(names.length, { one: "sieht", other: "sehen" })}, was du schreibst. Neue Schlüssel entstehen.`,
				expired: "Diese Schlüssel sind zu alt. Neue entstehen; was du schreibst, wartet auf sie.",
				diverged: `Zu deiner Sicherheit angehalten: ${names.length === 0 ? "Nicht alle sehen" : `${g.names(names)} und du seht nicht`} dasselbe Gespräch. Neue Schlüssel entstehen.`,
			})[why],
		interrupted: "Die Verbindung ist weg. Es wird versucht, sie wiederherzustellen.",
		notYet: "Noch nicht vertraulich. Der gemeinsame Schlüssel entsteht.",
		over: "Du bist nicht mehr in diesem Raum.",
		joining: (names) => `${g.names(names)} ${g.plural(names.length, { one: "kommt", other: "kommen" })} gerade dazu.`,
		asking: (names) => `${g.names(names)} ${g.plural(names.length, { one: "bittet", other: "bitten" })} um Einlass.`,
		dispute: (name, time) =>
			time === undefined
				? `${g.name(name)} sieht ein anderes Gespräch.`
				: `${g.name(name)} sieht seit ${time} ein anderes Gespräch.`,
		disputeAction: "Fragt einander auf einem anderen Weg. Geht dann und trefft euch in einem neuen Raum.",
	},
	room: {
		copyLink: "Link kopieren",
		linkCopied: "Link kopiert",
		linkNotCopied: "Kopier diesen Link selbst:",
		leave: "Verlassen",
		menu: "Menü",
		newKeys: "Jetzt neue Schlüssel",
		people: "Personen",
		peopleCount: (count) => `Personen (${g.number(count)})`,
		messages: "Nachrichten",
		details: "Einzelheiten",
		toNewest: "Zum Neuesten",
	},
	person: {
		you: "du",
		inSession: "in der Sitzung",
		joining: "kommt dazu",
		asking: "bittet um Einlass",
		muted: "stumm",
		mute: "Stummschalten",
		unmute: "Wieder zeigen",
		muteHint: "Klappt die Nachrichten dieser Person auf deinem Bildschirm ein, bis du gehst. Sonst erfährt es niemand.",
		leaving: {
			left: "ist gegangen",
			gone: "antwortet nicht mehr",
			misbehaved: "ausgeschlossen: Regeln verletzt",
			silent: "schweigt zu lange",
			diverged: "sieht ein anderes Gespräch",
			split: "verloren, macht woanders weiter",
			returning: "kommt zurück",
		},
		leavingUnknown: "geht",
		lookAlike: (names) =>
			`Dieser Name sieht aus wie ${g.names(names)}. Das sind verschiedene Personen: Farbe und Form unterscheiden sie.`,
		compare: (name) =>
			`Ruf ${g.name(name)} an, oder trefft euch, und lest einander diese Wörter vor. Bei ${g.name(name)} stehen dieselben. Wenn nicht, sitzt jemand dazwischen.`,
		compareOwn:
			"Diese Wörter sehen die anderen, wenn sie deinen Namen öffnen. Lies sie am Telefon vor, damit sie vergleichen können.",
		words: "Wörter",
		digits: "Ziffern",
		picture: "Bild",
		pictureOf: (tiles) => `Bild: ${tiles.join(", ")}`,
		mark: (colour, shape) =>
			`${
				{
					circle: "Kreis",
					square: "Quadrat",
					triangle: "Dreieck",
					diamond: "Raute",
					star: "Stern",
					cross: "Kreuz",
					ring: "Ring",
					moon: "Mond",
				}[shape]
			} in ${COLOURS[colour]}`,
	},
	requests: {
		title: "Bitten um Einlass",
		asks: (name) => `${g.name(name)} bittet um Einlass.`,
		seenBefore: "War schon hier, mit denselben Schlüsseln.",
		words: "Die Wörter dieser Person",
		check: "Einen Namen kann sich jede Person geben. Um zu wissen, wer es ist, vergleicht diese Wörter am Telefon.",
		votes: (yes, needed, of) =>
			needed === 1
				? "Eine Stimme von euch genügt."
				: `${g.number(needed)} von ${g.number(of)} hier müssen ja sagen, bisher ${g.number(yes)}.`,
		letIn: "Einlassen",
		refuse: "Nicht einlassen",
		ownYes: "Du hast ja gesagt.",
		ownNo: "Du hast nein gesagt.",
	},
	leaving: {
		title: (room) => `Du verlässt ${g.name(room)}`,
		meaning:
			"Ein paar Sekunden, bis sich abstreiten lässt, was du geschrieben hast: Dein Signaturschlüssel wird veröffentlicht.",
		atOnce: "Sofort gehen",
		atOnceMeaning: "Dann könnte eine Aufzeichnung später beweisen, was du zuletzt geschrieben hast.",
	},
	composer: {
		message: "Nachricht",
		send: "Senden",
		hint: "Enter sendet, Umschalt + Enter beginnt eine neue Zeile.",
		earlyField: "Schon etwas sagen",
		early:
			"Du bist noch nicht dabei. Jemand drinnen reicht das weiter, als vorab gekennzeichnet; wenn du dabei bist, wird es noch einmal gesendet.",
		noSession: "Du kannst schreiben, sobald der gemeinsame Schlüssel steht.",
		over: "Du bist nicht mehr in diesem Raum.",
		untilNewKeys: "Neue Schlüssel entstehen. Was du jetzt sendest, geht hinaus, wenn sie fertig sind.",
		untilUnfrozen:
			"Zu deiner Sicherheit zurückgehalten. Was du jetzt sendest, geht hinaus, wenn die anderen antworten oder neue Schlüssel da sind.",
		untilConnection: "Die Verbindung ist weg. Was du jetzt sendest, wartet, bis sie wieder da ist.",
		tooMany: "Zu viele Nachrichten warten schon. Warte, bis einige hinausgegangen sind.",
		tooLong: (limitBytes) => `Das ist zu lang: höchstens ${g.number(limitBytes)} Bytes in einer Nachricht.`,
	},
	held: {
		newcomers: (names) =>
			`Nicht gesendet: ${g.names(names)} ${g.plural(names.length, { one: "kam", other: "kamen" })} dazu, nachdem du das geschrieben hast. An alle senden, die jetzt hier sind?`,
		reconnected:
			"Vielleicht nicht gesendet: Die Verbindung ging verloren, nachdem du das geschrieben hast. An alle senden, die jetzt hier sind?",
		send: "An alle hier senden",
		discard: "Verwerfen",
	},
	details: {
		title: "Einzelheiten",
		session: "Sitzung",
		fingerprint: "Code der Sitzung",
		fingerprintHint: "Bei allen in der Sitzung gleich.",
		since: "Seit",
		size: "Personen darin",
		suite: "Verfahren",
		login: "Anmeldung",
		loginWays: {
			key: "mit einem Schlüssel, ohne Passwort",
			registered: "mit einem Konto nur für diesen Besuch",
			anonymous: "anonym, ohne Konto",
			account: "mit einem Konto von dir",
		},
		none: "Gerade keine Sitzung.",
		policy: "Wer hereinkommt",
		passphrase: "Kennwort",
		passphraseYes: "wird verlangt",
		passphraseNo: "keines",
		timeout: "Schweigen, bis jemand draußen ist",
		seconds: (count) => g.plural(count, { one: `${g.number(count)} Sekunde`, other: `${g.number(count)} Sekunden` }),
		deniable: "Frühere Sitzungen, die sich abstreiten lassen",
		deniableNone: "noch keine",
		deniableCount: (count, total) => `${g.number(count)} von ${g.number(total)}`,
		blamed: "Hat die Regeln verletzt",
		broke: (name, rule) => `${g.name(name)}: Regel ${rule}`,
		attempt: (done, total) => `Nächste Schlüssel: ${g.number(done)} von ${g.number(total)} Teilen sind da`,
		link: "Link zu diesem Raum",
		refusals: (count) =>
			g.plural(count, { one: `${g.number(count)} Text abgewiesen`, other: `${g.number(count)} Texte abgewiesen` }),
		refusalsHint: "Sie haben nichts verändert und werden nicht als Nachrichten gezeigt.",
		blame: {
			foreign: "nicht von Clowder",
			sender: "verletzt das Protokoll",
			timing: "zu spät, zu früh oder doppelt",
			limits: "über einer Grenze",
			carrier: "unterwegs beschädigt",
		},
	},
	help: {
		title: "Tasten",
		key: { enter: "Enter", shiftEnter: "Umschalt + Enter", escape: "Esc", tab: "Tab" },
		open: "Diese Tasten zeigen",
		send: "Die Nachricht senden",
		newLine: "Eine neue Zeile beginnen",
		back: "Einen Schritt zurück",
		next: "Zum nächsten Bedienelement",
		region: "Zum nächsten Teil des Bildschirms",
	},
};
