import type { TimelineWords } from "../catalogue/timeline.ts";
import { grammar } from "../grammar.ts";

const g = grammar("de");

export const timeline: TimelineWords = {
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
};
