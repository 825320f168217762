import type { TimelineWords } from "../catalogue/timeline.ts";
import { grammar } from "../grammar.ts";

const g = grammar("de");

export const timeline: TimelineWords = {
	line: {
		started: (others) =>
			`Hier beginnt das Gespräch für dich. Nur ${g.list([...others.map(g.name), "du"])} könnt es lesen. Nachrichten von vorher werden nicht gezeigt.`,
		startedAlone: "Hier beginnt das Gespräch. Du bist zuerst in diesem Raum.",
		joining: (name, known, sharing) =>
			`${g.name(name)} kommt ${known ? "zurück" : "gerade dazu"} und ${sharing ? "liest das vielleicht schon" : "kann noch nicht lesen, was du schreibst"}.`,
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
				"wrong-passphrase": `${g.name(name)} konnte nicht beitreten: Das Kennwort war falsch.`,
				"passphrase-needed": `${g.name(name)} konnte ohne das Kennwort nicht beitreten.`,
				"passphrase-unused": `${g.name(name)} konnte nicht beitreten: Erwartet wurde ein Raum mit Kennwort.`,
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
				split: `Du und ${g.name(name)} habt einander verloren. Neue Schlüssel entstehen.`,
				returning: `${g.name(name)} hat die Verbindung verloren und kommt zurück. Neue Schlüssel entstehen.`,
			})[how],
		left: (name, how) =>
			({
				left: `${g.name(name)} ist gegangen.`,
				gone: `${g.name(name)} hat nicht mehr geantwortet und wurde herausgenommen.`,
				misbehaved: `${g.name(name)} hat die Regeln des Protokolls verletzt und ist draußen.`,
				silent: `${g.name(name)} hat zu lange geschwiegen und ist draußen. Vielleicht ist die Verbindung gestört, oder jemand hält sie auf.`,
				diverged: `${g.name(name)} sah ein anderes Gespräch und ist bei diesem nicht mehr dabei.`,
				split: `Du und ${g.name(name)} habt einander verloren.`,
				returning: `${g.name(name)} hat die Verbindung verloren und kommt zurück.`,
			})[how],
		newKeys: (others) => `Neue Schlüssel. Ab hier könnt nur ${g.list([...others.map(g.name), "du"])} mitlesen.`,
		newKeysAlone: "Neue Schlüssel. Nur du bist hier.",
		rekeyed: "Neue Schlüssel für dieselben Personen.",
		back: (names) =>
			`${g.names(names)} ${g.plural(names.length, { one: "ist", other: "sind" })} wieder da, mit denselben Schlüsseln wie zuvor.`,
		asking: (name) => `${g.name(name)} bittet um Einlass.`,
		answered: (name, by, yes) =>
			by === undefined
				? `Du hast zu ${g.name(name)} ${yes ? "ja" : "nein"} gesagt.`
				: `${g.name(by)} hat zu ${g.name(name)} ${yes ? "ja" : "nein"} gesagt.`,
		vote: (by, against, over) => {
			const who = by === undefined ? "Dein Gerät würde" : `${g.name(by)} würde`;
			const why = {
				silent: "von dort kommt keine Antwort",
				diverged: "dort ist ein anderes Gespräch zu sehen",
			}[over];
			return `${who} ohne ${g.names(against)} weitermachen: ${why}.`;
		},
		blamed: (name, what) => {
			const why = {
				share: ": Der Beitrag zu den neuen Schlüsseln, oder eine Aussage darüber, ist falsch.",
				key: ": Bestätigt wurde ein anderer Schlüssel als der vereinbarte.",
				opened: ": Was zur Prüfung offengelegt wurde, gehört nicht zu den eigenen Schlüsseln.",
				contradiction: ": Zwei Aussagen schließen einander aus.",
				other: ".",
			}[what];
			return `${g.name(name)} hat die Regeln des Protokolls verletzt und ist draußen${why} Die Geräte aller hier haben das geprüft. Neue Schlüssel entstehen.`;
		},
		frozen: (why, names) =>
			({
				unheard: `Nichts zeigt mehr, dass ${names.length === 0 ? "alle" : g.names(names)} noch ${g.plural(names.length, { one: "sieht", other: "sehen" })}, was du schreibst: Die Verbindung ist gestört, oder jemand kappt sie. Damit niemandem etwas Gefälschtes untergeschoben werden kann, wird mit diesen Schlüsseln nichts mehr gesendet oder gezeigt. Neue entstehen von selbst; was du schreibst, wartet auf sie.`,
				expired:
					"Diese Schlüssel sind zu alt. Mit ihnen wird nichts mehr gesendet oder gezeigt; neue entstehen von selbst.",
				diverged: `${names.length === 0 ? "Nicht alle sehen" : `${g.names(names)} und du seht nicht`} dasselbe Gespräch: Vielleicht belügt jemand eine Seite. Mit diesen Schlüsseln wird nichts mehr gesendet oder gezeigt. Wer dasselbe sieht, macht mit neuen weiter.`,
			})[why],
		takenOut: (how) =>
			how === "diverged"
				? "Die anderen sahen ein anderes Gespräch als du und haben ohne dich weitergemacht. Du bittest wieder um Einlass."
				: "Die anderen haben ohne dich weitergemacht: Deine Antworten kamen nicht rechtzeitig an. Du bittest wieder um Einlass; was sie inzwischen schreiben, wird nicht gezeigt.",
		split: (names) =>
			`Du und ${g.names(names)} habt einander verloren: Die Verbindung zwischen euch ist gestört, oder jemand kappt sie. Du machst mit denen weiter, die noch da sind. Was du ab hier schreibst, ${g.plural(names.length, { one: "sieht", other: "sehen" })} ${g.names(names)} nicht.`,
		merging: (people) =>
			`In diesem Raum läuft noch ein Gespräch, mit ${g.plural(people, { one: `${g.number(people)} Person`, other: `${g.number(people)} Personen` })}. Deines endet hier; du wechselst hinüber.`,
		movedOver: (others) =>
			`Du bist jetzt im anderen Gespräch. Ab hier könnt nur ${g.list([...others.map(g.name), "du"])} mitlesen. Was darüber steht, war dort nie zu sehen, und was dort vorher gesagt wurde, wird nicht gezeigt.`,
		gap: "Hier fehlen Nachrichten. Die anderen werden danach gefragt.",
		repaired: (messages, complete) => {
			const came = g.plural(messages, {
				one: `${g.number(messages)} Nachricht kam verspätet.`,
				other: `${g.number(messages)} Nachrichten kamen verspätet.`,
			});
			if (complete) return came;
			return messages === 0 ? "Hier fehlen Nachrichten, und niemand hat sie." : `${came} Andere fehlen noch.`;
		},
		unconfirmedEnd: (name, messages) => {
			const which = g.plural(messages, {
				one: "die letzte Nachricht",
				other: `die letzten ${g.number(messages)} Nachrichten`,
			});
			return `${g.name(name)} hat ${which} vor dem Wechsel der Schlüssel nie bestätigt und hat vielleicht nicht dasselbe gesehen.`;
		},
		divergence: (name, time) =>
			time === undefined
				? `${g.name(name)} sieht ein anderes Gespräch.`
				: `${g.name(name)} sieht seit ${time} ein anderes Gespräch.`,
		interrupted: "Verbindung verloren.",
		resumed: "Wieder verbunden. Nichts ging verloren.",
		reconnected: "Neu verbunden. Du trittst wieder bei; was die anderen inzwischen schreiben, wird nicht gezeigt.",
		earlierDropped: "Frühere Nachrichten werden nicht mehr aufgehoben.",
	},
	muted: {
		count: (name, count) =>
			`${g.name(name)} ist stumm: ${g.plural(count, { one: `${g.number(count)} Nachricht`, other: `${g.number(count)} Nachrichten` })}`,
		unmute: (name) => `${g.name(name)} wieder zeigen`,
	},
	preview: {
		mark: "vorab",
		by: (name, time) => `Vorab: ${g.name(name)}, ${time}`,
		disclaimer: {
			"not-in-yet": "Mit dir geteilt, während du dazukamst. Andere haben vielleicht etwas anderes gesehen.",
			newcomer:
				"Von einer Person, die noch nicht dabei ist, weitergereicht von jemandem hier. Andere haben vielleicht etwas anderes gesehen.",
		},
	},
	closed: {
		all: "abstreitbar",
		some: "teils abstreitbar",
		title: "Wer beweisen kann, was darüber steht",
		meaningAll:
			"Niemand mehr. Alle haben den Schlüssel veröffentlicht, mit dem sie signiert haben, also könnte es jede Person geschrieben haben. Wer dabei war, erinnert sich trotzdem.",
		meaningSome:
			"Wer den eigenen Schlüssel veröffentlicht hat, dem lässt sich nichts mehr zuordnen. Was die anderen geschrieben haben, könnte eine Aufzeichnung noch beweisen.",
		published: "Veröffentlicht",
		open: "Nicht veröffentlicht",
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
};
