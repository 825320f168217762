import type { Colour } from "../identity/picture.ts";
import type { Catalogue } from "./catalogue.ts";
import { grammar } from "./grammar.ts";

const g = grammar("de");

const COLOURS: { readonly [Name in Colour]: string } = {
	red: "rot",
	amber: "gelb",
	green: "grün",
	teal: "türkis",
	blue: "blau",
	violet: "violett",
};

/** German. */
export const de: Catalogue = {
	grammar: g,
	app: {
		name: "Clowder",
		sentence: "Ein Gruppenchat, den sein Server nicht lesen kann.",
		drawing: "Drei Katzen, die nebeneinander sitzen",
		close: "Schließen",
		ownName: "Deutsch",
	},
	enter: {
		room: "Raum",
		roomHint: "Wer denselben Namen eingibt, trifft sich hier.",
		nickname: "Spitzname",
		nicknameHint: "Sehen die im Raum, nie der Server.",
		join: "Beitreten",
		errors: {
			roomEmpty: "Gib den Namen des Raums ein.",
			roomTooLong: (limit) => `Dieser Name ist zu lang: höchstens ${g.number(limit)} Zeichen.`,
			roomCharacters: (codePoint) =>
				`Dieser Name enthält ein Zeichen, das man nicht sieht (${codePoint}). Tipp ihn neu.`,
			nicknameEmpty: "Gib einen Spitznamen ein.",
			nicknameTooLong: () => "Dieser Spitzname ist zu lang. Nimm einen kürzeren.",
			nicknameCharacters: (codePoint) =>
				`Dieser Spitzname enthält ein Zeichen, das nicht geht (${codePoint}). Tipp ihn neu.`,
			nameTaken: "Jemand im Raum hat diesen Spitznamen oder einen, der so aussieht. Nimm einen anderen.",
			nameInvalid: "Die im Raum nehmen diesen Spitznamen nicht an. Nimm einen anderen.",
		},
	},
	preferences: { language: "Sprache", appearance: "Aussehen", auto: "Automatisch", light: "Hell", dark: "Dunkel" },
	joining: {
		title: (room) => `Du trittst ${g.name(room)} bei`,
		steps: "Schritte",
		progress: "Fortschritt",
		step: {
			connect: "Verbindung zum Server",
			keys: "Deine Schlüssel entstehen",
			enter: "In den Raum gehen",
			ask: "Um Einlass bitten",
			agree: "Sich auf einen Schlüssel einigen",
		},
		state: { done: "fertig", now: "jetzt", todo: "kommt noch" },
		detail: {
			registering: "ein Wegwerfkonto unter einem zufälligen Namen",
			entering: "unter einem zufälligen Namen",
			founding: "niemand antwortet, also eröffnest du den Raum",
			knocking: "warten auf Antwort",
			asking: "du wirst vorgestellt",
		},
		count: (done, total) => `${g.number(done)} von ${g.number(total)} haben dich eingelassen`,
		waitingFor: (names) => `Das dauert länger als sonst. Es fehlt noch: ${g.names(names)}.`,
		slow: "Das dauert länger als sonst. Es fehlt noch eine Antwort.",
		cancel: "Abbrechen",
		why: "Schreiben geht erst, wenn der gemeinsame Schlüssel steht.",
	},
	trust: {
		private: (others) => `Nur ${g.list([...others.map(g.name), "du"])} könnt das lesen.`,
		privateMany: (count) => `Nur du und die ${g.number(count)} anderen auf der Liste könnt das lesen.`,
		alone: "Nur du bist hier. Niemand sonst kann das lesen.",
		reKeying: (names) =>
			names.length === 0
				? "Neue Schlüssel entstehen. Was du schreibst, wartet auf sie."
				: `${g.names(names)} ${g.plural(names.length, { one: "ist", other: "sind" })} weg. Neue Schlüssel entstehen; was du schreibst, wartet auf sie.`,
		interrupted: "Die Verbindung ist weg. Es wird versucht, sie wiederherzustellen.",
		notYet: "Noch nicht vertraulich. Der gemeinsame Schlüssel entsteht.",
		over: "Du bist nicht mehr in diesem Raum.",
		joining: (names) => `${g.names(names)} ${g.plural(names.length, { one: "kommt", other: "kommen" })} gerade dazu.`,
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
		leaving: {
			left: "ist gegangen",
			gone: "antwortet nicht mehr",
			misbehaved: "ausgeschlossen: Regeln verletzt",
			silent: "schweigt zu lange",
			diverged: "sieht ein anderes Gespräch",
			split: "hat ohne dich weitergemacht",
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
	line: {
		started: (others) =>
			`Hier beginnt das Gespräch für dich. Nur ${g.list([...others.map(g.name), "du"])} könnt es lesen. Nachrichten von vorher werden nicht gezeigt.`,
		startedAlone: "Hier beginnt das Gespräch. Du bist zuerst in diesem Raum.",
		joining: (name) => `${g.name(name)} kommt gerade dazu und kann noch nichts lesen.`,
		joinEnded: (name, why) =>
			({
				left: `${g.name(name)} ist vor dem Beitreten gegangen.`,
				"session-changed": `${g.name(name)} muss neu fragen, weil sich die Runde geändert hat.`,
				"name-taken": `${g.name(name)} konnte nicht beitreten: Der Name ist vergeben.`,
				"name-invalid": `${g.name(name)} konnte nicht beitreten: Der Name wird nicht angenommen.`,
				"bad-authenticator": `${g.name(name)} konnte nicht beitreten: Der Nachweis, wer es ist, war falsch.`,
				"already-here": `${g.name(name)} konnte nicht beitreten: ist schon mit einer anderen Verbindung hier.`,
				"room-full": `${g.name(name)} konnte nicht beitreten: Der Raum ist voll.`,
				"not-admitted": `${g.name(name)} wurde nicht eingelassen.`,
				"wrong-passphrase": `${g.name(name)} konnte nicht beitreten: Die Passphrase war falsch.`,
				"passphrase-needed": `${g.name(name)} konnte ohne die Passphrase nicht beitreten.`,
				"passphrase-unused": `${g.name(name)} konnte nicht beitreten: Erwartet wurde ein Raum mit Passphrase.`,
				silent: `${g.name(name)} konnte nicht beitreten: Die Antworten kamen nicht rechtzeitig.`,
				misbehaved: `${g.name(name)} konnte nicht beitreten: Die Regeln des Protokolls wurden verletzt.`,
			})[why],
		joined: (names) => `${g.names(names)} ${g.plural(names.length, { one: "ist", other: "sind" })} jetzt dabei.`,
		leaving: (name, how) =>
			({
				left: `${g.name(name)} geht. Neue Schlüssel entstehen.`,
				gone: `${g.name(name)} antwortet nicht mehr. Neue Schlüssel entstehen.`,
				misbehaved: `${g.name(name)} hat die Regeln des Protokolls verletzt. Neue Schlüssel entstehen, ohne diese Person.`,
				silent: `${g.name(name)} schweigt zu lange. Neue Schlüssel entstehen, ohne diese Person.`,
				diverged: `${g.name(name)} sieht ein anderes Gespräch. Neue Schlüssel entstehen, ohne diese Person.`,
				split: `${g.name(name)} hat ohne dich weitergemacht. Neue Schlüssel entstehen.`,
				returning: `${g.name(name)} hat die Verbindung verloren und kommt zurück. Neue Schlüssel entstehen.`,
			})[how],
		left: (name, how) =>
			({
				left: `${g.name(name)} ist gegangen.`,
				gone: `${g.name(name)} hat nicht mehr geantwortet und wurde herausgenommen.`,
				misbehaved: `${g.name(name)} hat die Regeln des Protokolls verletzt und ist draußen.`,
				silent: `${g.name(name)} hat zu lange geschwiegen und ist draußen. Vielleicht ist die Verbindung gestört, oder jemand hält sie auf.`,
				diverged: `${g.name(name)} sah ein anderes Gespräch und ist bei diesem nicht mehr dabei.`,
				split: `${g.name(name)} hat ohne dich weitergemacht.`,
				returning: `${g.name(name)} hat die Verbindung verloren und kommt zurück.`,
			})[how],
		newKeys: (others) => `Neue Schlüssel. Ab hier könnt nur ${g.list([...others.map(g.name), "du"])} mitlesen.`,
		newKeysAlone: "Neue Schlüssel. Nur du bist hier.",
		divergence: (name, time) =>
			time === undefined
				? `${g.name(name)} sieht ein anderes Gespräch.`
				: `${g.name(name)} sieht seit ${time} ein anderes Gespräch.`,
		stalled: (name) =>
			name === undefined
				? "Die Schlüssel passen nicht zusammen. Niemand kann jetzt sauber kommen oder gehen."
				: `Die Schlüssel von ${g.name(name)} passen nicht. Niemand kann jetzt sauber kommen oder gehen.`,
		interrupted: "Verbindung verloren.",
		resumed: "Wieder verbunden. Nichts ging verloren.",
		reconnected: "Neu verbunden. Du trittst wieder bei; was die anderen inzwischen schreiben, wird nicht gezeigt.",
		earlierDropped: "Frühere Nachrichten werden nicht mehr aufgehoben.",
	},
	message: {
		by: (name, time) => `${g.name(name)}, ${time}`,
		hiddenCharacter: (codePoint) => `verstecktes Zeichen ${codePoint}`,
		waiting: "wartet",
		sending: "unterwegs",
		sent: "gesendet",
		withSome: (count, total) => `bei ${g.number(count)} von ${g.number(total)}`,
		withAll: "bei allen",
		alone: "nur du",
		disputed: "strittig",
		who: "Wer diese Nachricht hat",
		meaning: {
			waiting: "Sie ist noch nicht gesendet. Sie geht hinaus, sobald das sicher ist.",
			sending: "Sie ist unterwegs.",
			sent: "Sie ist gesendet. Noch hat sie niemand bestätigt.",
			some: "Die Genannten haben bestätigt, dass sie sie an dieser Stelle des Gesprächs sehen.",
			all: "Alle haben bestätigt, dass sie sie an dieser Stelle des Gesprächs sehen.",
			alone: "Niemand sonst war hier, als sie gesendet wurde.",
			disputed: "Bis hierher sehen nicht alle dasselbe Gespräch. Verlass dich nicht darauf.",
		},
		confirmedBy: "Bestätigt von",
		notYet: "Noch nicht",
		seesElse: "Sieht etwas anderes",
	},
	composer: {
		message: "Nachricht",
		send: "Senden",
		hint: "Enter sendet, Umschalt + Enter beginnt eine neue Zeile.",
		noSession: "Du kannst schreiben, sobald der gemeinsame Schlüssel steht.",
		over: "Du bist nicht mehr in diesem Raum.",
		untilNewKeys: "Neue Schlüssel entstehen. Was du jetzt sendest, geht hinaus, wenn sie fertig sind.",
		untilUnfrozen: "Zu deiner Sicherheit angehalten. Was du jetzt sendest, geht mit neuen Schlüsseln hinaus.",
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
		none: "Gerade keine Sitzung.",
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
	end: {
		left: { title: "Du hast den Raum verlassen", meaning: "Deine Schlüssel sind gelöscht.", action: "Zum Anfang" },
		cancelled: {
			title: "Abgebrochen",
			meaning: "Du bist nicht beigetreten. Deine Schlüssel sind gelöscht.",
			action: "Zum Anfang",
		},
		unreachable: {
			title: "Der Server ist nicht erreichbar",
			meaning: "Du bist nicht im Raum. Es liegt an deiner Verbindung, oder der Server steht still.",
			action: "Noch einmal versuchen",
		},
		"server-protocol": {
			title: "Der Server antwortet nicht, wie er soll",
			meaning: "Du bist nicht im Raum. Unter der Adresse läuft vielleicht etwas anderes.",
			action: "Noch einmal versuchen",
		},
		"connection-lost": {
			title: "Die Verbindung ist abgerissen",
			meaning:
				"Du bist nicht mehr im Raum, und deine Schlüssel sind gelöscht. Du kannst mit neuen Schlüsseln zurückkommen.",
			action: "Wieder beitreten",
		},
		removed: {
			title: "Du wurdest aus dem Raum genommen",
			meaning: "Die anderen haben ohne dich weitergemacht, vielleicht weil deine Antworten zu spät kamen.",
			action: "Wieder beitreten",
		},
		flooded: {
			title: "Zu viel auf einmal",
			meaning: "Jemand überflutet diesen Raum. Du hast ihn verlassen, damit dein Gerät benutzbar bleibt.",
			action: "Zum Anfang",
		},
		bug: {
			title: "In Clowder ging etwas schief",
			meaning:
				"Es hat angehalten, statt unsicher weiterzumachen. Deine Schlüssel sind gelöscht. Bitte melde die Zeile unten.",
			action: "Wieder beitreten",
		},
		serverRefused: (condition) => ({
			title: "Der Server hat dich abgewiesen",
			meaning: `Er sagt: ${condition}. Du bist nicht im Raum.`,
			action: "Noch einmal versuchen",
		}),
		entryRefused: (why) =>
			({
				"name-taken": {
					title: "Der Spitzname ist vergeben",
					meaning: "Jemand im Raum hat diesen Spitznamen oder einen, der so aussieht.",
					action: "Anderen wählen",
				},
				"name-invalid": {
					title: "Der Spitzname wird nicht angenommen",
					meaning: "Die im Raum nehmen diesen Spitznamen nicht an.",
					action: "Anderen wählen",
				},
				"bad-authenticator": {
					title: "Deine Schlüssel wurden nicht angenommen",
					meaning: "Jemand im Raum konnte nicht prüfen, wer du bist. Vielleicht wurde unterwegs etwas verändert.",
					action: "Noch einmal versuchen",
				},
				"already-here": {
					title: "Du bist schon in diesem Raum",
					meaning: "Eine frühere Verbindung von dir ist noch da. Sie verschwindet von selbst.",
					action: "Noch einmal versuchen",
				},
				"room-full": {
					title: "Der Raum ist voll",
					meaning: "Es kann niemand mehr beitreten, bis jemand geht.",
					action: "Noch einmal versuchen",
				},
				"not-admitted": {
					title: "Du wurdest nicht eingelassen",
					meaning: "Die im Raum entscheiden, wer hereinkommt. Sie haben nein gesagt.",
					action: "Noch einmal fragen",
				},
				"wrong-passphrase": {
					title: "Die Passphrase ist falsch",
					meaning: "Jemand im Raum hat sie geprüft, und sie passt nicht.",
					action: "Noch einmal eingeben",
				},
				"passphrase-needed": {
					title: "Dieser Raum verlangt eine Passphrase",
					meaning: "Frag jemanden, der im Raum ist, auf einem anderen Weg danach.",
					action: "Passphrase eingeben",
				},
				"passphrase-unused": {
					title: "Dieser Raum verlangt keine Passphrase",
					meaning:
						"Du hast eine eingegeben. Vielleicht ist es nicht der Raum, den du meinst. Du bist nicht hineingegangen: Dort könnte irgendwer sein.",
					action: "Zum Anfang",
				},
				silent: {
					title: "Deine Antworten kamen zu spät",
					meaning:
						"Die anderen haben ohne dich weitergemacht. Es liegt an deiner Verbindung, oder jemand hält sie auf.",
					action: "Noch einmal versuchen",
				},
				misbehaved: {
					title: "Was du gesendet hast, verletzte die Regeln",
					meaning: "Die anderen konnten es nicht annehmen. Vielleicht wurde unterwegs etwas verändert.",
					action: "Noch einmal versuchen",
				},
			})[why],
	},
};
