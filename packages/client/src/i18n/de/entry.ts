import type { EntryWords } from "../catalogue/entry.ts";
import { grammar } from "../grammar.ts";

const g = grammar("de");

export const entry: EntryWords = {
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
		more: "Mehr",
		policy: "Wer hereinkommt",
		policyHint: "Gilt, wenn du zuerst dort bist. Ein Raum, den es schon gibt, hat seine eigene Regel.",
		policies: {
			open: "Wer den Namen kennt",
			any: "Wen eine Person drinnen einlässt",
			majority: "Wen mehr als die Hälfte drinnen einlässt",
			all: "Wen alle drinnen einlassen",
		},
		passphrase: "Kennwort",
		passphraseHint:
			"Gibst du eines ein, betrittst du nur einen Raum, der danach fragt. Macht es auf einem anderen Weg aus.",
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
			passphraseEmpty: "Gib etwas ein, das man sieht.",
			passphraseTooLong: "Dieses Kennwort ist zu lang.",
			passphraseCharacters: "Dieses Kennwort enthält ein Zeichen, das nicht geht. Tipp es neu.",
		},
	},
	preferences: {
		language: "Sprache",
		appearance: "Aussehen",
		auto: "Automatisch",
		light: "Hell",
		dark: "Dunkel",
		previews: "Nachrichten vorab",
		previewsHint:
			"Wer gerade eingelassen wird, liest schon, was du schreibst, und du, was diese Person schreibt. Beides ist gekennzeichnet.",
	},
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
			admission: "die drinnen entscheiden, ob du hereinkommst",
			passphrase: "der Raum fragt nach einem Kennwort",
		},
		count: (done, total) => `${g.number(done)} von ${g.number(total)} haben dich eingelassen`,
		waitingFor: (names) => `Das dauert länger als sonst. Es fehlt noch: ${g.names(names)}.`,
		slow: "Das dauert länger als sonst. Es fehlt noch eine Antwort.",
		cancel: "Abbrechen",
		meanwhile: "Inzwischen",
		passphraseNeeded: "Dieser Raum fragt nach einem Kennwort. Frag jemanden, der drin ist, auf einem anderen Weg.",
		passphraseWrong: "Dieses Kennwort ist falsch. Niemand im Raum hat es erfahren. Versuch es noch einmal.",
		tryPassphrase: "Hineingehen",
		why: "Schreiben geht erst, wenn der gemeinsame Schlüssel steht.",
	},
	end: {
		left: { title: "Du hast den Raum verlassen", meaning: "Deine Schlüssel sind gelöscht.", action: "Zum Anfang" },
		"left-unpublished": {
			title: "Du bist gegangen, und dein Schlüssel blieb unveröffentlicht",
			meaning:
				"Die anderen haben nicht rechtzeitig geantwortet. Wer alles aufgezeichnet hat, könnte noch beweisen, was du zuletzt geschrieben hast. Deine Schlüssel sind gelöscht.",
			action: "Zum Anfang",
		},
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
					title: "Das Kennwort ist falsch",
					meaning: "Jemand im Raum hat sie geprüft, und es passt nicht.",
					action: "Noch einmal eingeben",
				},
				"passphrase-needed": {
					title: "Dieser Raum verlangt ein Kennwort",
					meaning: "Frag jemanden, der im Raum ist, auf einem anderen Weg danach.",
					action: "Kennwort eingeben",
				},
				"passphrase-unused": {
					title: "Dieser Raum verlangt kein Kennwort",
					meaning:
						"Du hast eines eingegeben. Vielleicht ist es nicht der Raum, den du meinst. Du bist nicht hineingegangen: Dort könnte irgendwer sein.",
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
