// `npm run otr`: the toolkit of OTRv4's "Forging Transcripts". packages/otrv4/FORGING.md tells what each part shows.

import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { compile } from "./lib/build.mjs";
import { installIfNeeded } from "./lib/install.mjs";
import { root } from "./lib/repo.mjs";

/** @typedef {typeof import("../packages/otrv4/dist/src/forge/index.js")} Forge */
/** @typedef {import("../packages/crypto/dist/src/otr/index.js").OtrPrimitives} OtrPrimitives */
/** @typedef {{ what: string, expected: string, got: string }} Refusal */
/** @typedef {{ forge: Forge, primitives: OtrPrimitives }} Loaded */
/** @typedef {Readonly<Record<string, string | undefined>>} Values */
/**
 * @typedef {object} Command
 * @property {string} usage what stands after its name
 * @property {string} does
 * @property {number} operands how many there are
 * @property {readonly string[]} [needs] options that have to be there
 * @property {readonly string[]} [takes] options that may be
 * @property {(loaded: Loaded, operands: readonly string[], values: Values) => void | Promise<void>} run
 */

/** What the one who calls did wrong, or what was refused. */
class Failure extends Error {
	/** @param {string} message @param {1 | 2} code 1 refused, 2 called wrongly */
	constructor(message, code) {
		super(message);
		this.code = code;
	}
}

/** Whom `impersonate` plays. */
const ROLES = ["initiator", "responder", "offline"];

/** @param {number} length */
const random = (length) => new Uint8Array(randomBytes(length));

/** @type {Readonly<Record<string, Command>>} */
const COMMANDS = {
	parse: {
		usage: "TEXTS",
		does: "shows all fields of messages, fragments put together, as one line of JSON each",
		operands: 1,
		run: ({ forge }, [file = ""], values) => {
			for (const parsed of forge.parseAll(texts(file, values))) print(JSON.stringify(forge.printable(take(parsed))));
		},
	},
	modify: {
		usage: "TEXT --old OLD --new NEW --mac-keys KEYS [--offset BYTES]",
		does: "replaces a guess in a message nobody decrypted, with the MAC key that was revealed",
		operands: 1,
		needs: ["old", "new", "mac-keys"],
		takes: ["offset"],
		run: ({ forge, primitives }, [file = ""], values) => {
			const macKeys = macKeysOf(forge, values["mac-keys"] ?? "");
			const offset = Number(values["offset"] ?? "0");
			const modification = { oldText: values["old"] ?? "", newText: values["new"] ?? "", offset, macKeys };
			print(take(forge.modifyDataMessage(primitives, oneText(file, values), modification)));
		},
	},
	read: {
		usage: "TEXT --chain-key KEY",
		does: "decrypts a message; prints what it says, its message key and its MAC key as JSON",
		operands: 1,
		needs: ["chain-key"],
		run: ({ forge, primitives }, [file = ""], values) => {
			const key = hexFile(values["chain-key"] ?? "");
			print(
				JSON.stringify(forge.printable(take(forge.readAndForgeDataMessage(primitives, oneText(file, values), key)))),
			);
		},
	},
	"forge-message": {
		usage: "TEXT --chain-key KEY --text NEW",
		does: "puts another text into a message",
		operands: 1,
		needs: ["chain-key", "text"],
		run: ({ forge, primitives }, [file = ""], values) => {
			const key = hexFile(values["chain-key"] ?? "");
			const made = take(forge.readAndForgeDataMessage(primitives, oneText(file, values), key, values["text"] ?? ""));
			print(made.forged ?? "");
		},
	},
	"show-mac": {
		usage: "KEY",
		does: "shows the MAC key that follows from a message key",
		operands: 1,
		run: ({ forge, primitives }, [file = ""]) => {
			print(Buffer.from(take(forge.showMacKey(primitives, hexFile(file)))).toString("hex"));
		},
	},
	remac: {
		usage: "TEXT --mac-key KEY",
		does: "authenticates a message anew",
		operands: 1,
		needs: ["mac-key"],
		run: ({ forge, primitives }, [file = ""], values) => {
			print(take(forge.remacMessage(primitives, oneText(file, values), hexFile(values["mac-key"] ?? ""))));
		},
	},
	dake: {
		usage: "SCRIPT",
		does: "forges a DAKE of two people; prints its texts and the keys of the session as JSON",
		operands: 1,
		run: ({ forge, primitives }, [file = ""]) => {
			const script = take(forge.scriptFromJson(primitives, read(file)));
			const made = take(forge.forgeDakeAndSessionKeys(options(primitives, script.atSeconds), script));
			print(JSON.stringify(forge.printable(made)));
		},
	},
	transcript: {
		usage: "SCRIPT [--chain-key-to FILE]",
		does: "forges a whole conversation; prints the sender and the text of each message, with a tab between",
		operands: 1,
		takes: ["chain-key-to"],
		run: ({ forge, primitives }, [file = ""], values) => {
			const script = take(forge.scriptFromJson(primitives, read(file)));
			const { texts: made, keys } = take(forge.forgeTranscript(options(primitives, script.atSeconds), script));
			const to = values["chain-key-to"];
			if (to !== undefined) writeFileSync(to, `${Buffer.from(keys.chainKey).toString("hex")}\n`, { mode: 0o600 });
			for (const { sender, text } of made) print(`${sender}\t${text}`);
		},
	},
	impersonate: {
		usage: "initiator|responder|offline SCRIPT",
		does: "plays somebody: encoded messages of the peer, and texts to say, a line each, come on standard input",
		operands: 2,
		run: async (loaded, [role = "", file = ""]) => {
			if (!ROLES.includes(role)) throw new Failure(`expected ${ROLES.join(", ")}; got ${role}`, 2);
			const script = take(loaded.forge.impersonationFromJson(loaded.primitives, read(file)));
			await impersonate(loaded, role, script);
		},
	},
	"false-ensemble": {
		usage: "SCRIPT",
		does: "makes a Prekey Ensemble in somebody's name; prints it and its secrets as JSON",
		operands: 1,
		run: ({ forge, primitives }, [file = ""]) => {
			const { owner, key, atSeconds } = take(forge.ownerFromJson(primitives, read(file)));
			const made = take(forge.falsePrekeyEnsemble(options(primitives, atSeconds), owner, key));
			print(JSON.stringify(forge.printableEnsemble(made)));
		},
	},
	identity: {
		usage: "ADDRESS",
		does: "makes somebody new to try all this with; prints a public profile and both secret keys as JSON",
		operands: 1,
		run: ({ forge, primitives }, [address = ""]) => {
			print(JSON.stringify(take(forge.newIdentity(primitives, random, address, Date.now()))));
		},
	},
};

const HELP = `Forges what OTRv4 lets be forged. packages/otrv4/FORGING.md says what that shows, and what a SCRIPT is.

${Object.entries(COMMANDS)
	.map(([name, { usage, does }]) => `  npm run otr -- ${name} ${usage}\n      ${does}`)
	.join("\n")}

TEXT, TEXTS, KEY, KEYS and SCRIPT are files, "-" is standard input. Keys are hexadecimal; KEYS may be messages that reveal
them. Of several texts, --line N takes one.`;

/** @param {readonly string[]} args @returns {Promise<number>} exit code: 0 done, 1 refused, 2 called wrongly */
export async function main(args) {
	try {
		const [name = "", ...rest] = args;
		if (name === "--help" || name === "help") {
			print(HELP);
			return 0;
		}
		const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
		if (command === undefined) {
			throw new Failure(`expected one of ${Object.keys(COMMANDS).join(", ")}\n\n${HELP}`, 2);
		}
		const { operands, values } = given(name, command, rest);
		if (!(await installIfNeeded(console.error))) return 1;
		const { code, output } = await compile();
		if (code !== 0) throw new Failure(`it does not compile\n${output}`, 1);
		await command.run(await load(), operands, values);
		return 0;
	} catch (error) {
		if (error instanceof Failure) {
			console.error(`otr: ${error.message}`);
			return error.code;
		}
		// A file that cannot be read; anything else has a stack that should be seen.
		if (!(error instanceof Error) || !("syscall" in error)) throw error;
		console.error(`otr: ${error.message}`);
		return 2;
	}
}

/** @param {string} name @param {Command} command @param {readonly string[]} args */
function given(name, { usage, operands, needs = [], takes = [] }, args) {
	const usageLine = `usage: npm run otr -- ${name} ${usage}`;
	const known = [...needs, ...takes, "line"];
	/** @type {{ values: Values, positionals: string[] }} */
	let parsed;
	try {
		const options = Object.fromEntries(known.map((each) => [each, { type: /** @type {const} */ ("string") }]));
		parsed = parseArgs({ args: [...args], options, allowPositionals: true });
	} catch (error) {
		throw new Failure(`${error instanceof Error ? error.message : String(error)}\n${usageLine}`, 2);
	}
	const { values, positionals } = parsed;
	const missing = needs.find((each) => values[each] === undefined);
	if (missing !== undefined) throw new Failure(`expected --${missing}\n${usageLine}`, 2);
	if (positionals.length !== operands) {
		throw new Failure(`expected ${operands} operands; got ${positionals.length}\n${usageLine}`, 2);
	}
	return { operands: positionals, values };
}

/** @returns {Promise<Loaded>} */
async function load() {
	/** @param {string} file */
	const built = (file) => import(pathToFileURL(join(root, "packages", file)).href);
	const [forge, crypto] = await Promise.all(
		["otrv4/dist/src/forge/index.js", "crypto/dist/src/otr-node.js"].map(built),
	);
	return { forge, primitives: crypto.otrNodePrimitives };
}

/** @param {OtrPrimitives} primitives @param {number | undefined} atSeconds */
function options(primitives, atSeconds) {
	return { primitives, random, nowMs: atSeconds === undefined ? Date.now() : 1000 * atSeconds };
}

/** @param {string} text */
function print(text) {
	console.log(text);
}

/**
 * @template T
 * @param {{ readonly ok: true, readonly value: T } | { readonly ok: false, readonly error: Refusal }} result
 */
function take(result) {
	if (result.ok) return result.value;
	const { what, expected, got } = result.error;
	throw new Failure(`${what}: expected ${expected}; got ${got}`, 1);
}

/** @param {string} file */
function read(file) {
	return readFileSync(file === "-" ? 0 : file, "utf8");
}

/** The texts of a file, without the senders before them; one of them with `--line`. @param {string} file @param {Values} values */
function texts(file, { line }) {
	const all = read(file)
		.split("\n")
		.filter((each) => each !== "")
		.map((each) => each.replace(/^[^\t]*\t(?=\?OTR)/, ""));
	if (line === undefined) return all;
	const one = all[Number(line) - 1];
	if (one === undefined) throw new Failure(`expected a --line from 1 to ${all.length}; got ${line}`, 2);
	return [one];
}

/** @param {string} file @param {Values} values */
function oneText(file, values) {
	const [text, ...others] = texts(file, values);
	if (text !== undefined && others.length === 0) return text;
	const expected = "expected one text; say which with --line";
	throw new Failure(`${file}: ${expected}; got ${text === undefined ? 0 : 1 + others.length}`, 2);
}

/** @param {string} file */
function hexFile(file) {
	const text = read(file).trim();
	if (!/^(?:[0-9a-f]{2})+$/.test(text))
		throw new Failure(`${file}: expected a key in hexadecimal; got another text`, 2);
	return new Uint8Array(Buffer.from(text, "hex"));
}

/** Keys, or messages that reveal them. @param {Forge} forge @param {string} file */
function macKeysOf(forge, file) {
	const lines = read(file)
		.split("\n")
		.map((each) => each.replace(/^[^\t]*\t/, ""))
		.filter((each) => each !== "");
	return lines.flatMap((each) => {
		if (/^(?:[0-9a-f]{2})+$/.test(each)) return [new Uint8Array(Buffer.from(each, "hex"))];
		const parsed = take(forge.parse(each));
		// A transcript has other messages too.
		if (parsed.kind !== "encoded" || parsed.message.type !== "data") return [];
		return [...take(forge.revealedMacKeys(each))];
	});
}

/** @typedef {import("../packages/otrv4/dist/src/forge/index.js").Begun} Begun */
/** @typedef {import("../packages/otrv4/dist/src/forge/index.js").ForgedSession} ForgedSession */
/** @typedef {Pick<import("../packages/otrv4/dist/src/forge/index.js").ImpersonatedInitiator, "texts" | "receive">} Played */
/**
 * @typedef {import("../packages/otrv4/dist/src/forge/index.js").Impersonation & {
 *   atSeconds?: number,
 *   ensemble?: import("../packages/otrv4/dist/src/prekey-server/index.js").StoredEnsemble,
 * }} ImpersonationScript
 */

/** @param {Loaded} loaded @param {string} role @param {ImpersonationScript} script */
async function impersonate({ forge, primitives }, role, script) {
	const setting = options(primitives, script.atSeconds);
	const { nowMs } = setting;
	/** @type {ForgedSession | undefined} */
	let session;
	/** @type {Played | undefined} */
	let played;
	/** @param {Begun} begun */
	const begin = (begun) => {
		for (const text of begun.texts) print(text);
		session = begun.session;
		console.error("otr: the session is established");
	};
	/** @param {Played} made */
	const play = (made) => {
		for (const text of made.texts) print(text);
		played = made;
	};
	if (role === "offline") {
		if (script.ensemble === undefined) throw new Failure("impersonation: expected a field ensemble; got none", 1);
		begin(take(forge.impersonateOfflineResponder(setting, script, script.ensemble)));
	} else if (role === "initiator") {
		play(take(forge.impersonateInitiator(setting, script)));
	}
	/** @type {string[]} */
	const identity = [];
	/** @param {string} said */
	const step = (said) => {
		if (session !== undefined) {
			if (said.startsWith("?OTR")) hear(take(session.receive(said, nowMs)));
			else for (const text of take(session.send(said, nowMs))) print(text);
		} else if (played !== undefined) {
			const begun = take(played.receive(said, nowMs));
			if (begun !== undefined) begin(begun);
		} else {
			identity.push(said);
			// Fragments come one by one; the last makes the message whole.
			const whole = forge.parseAll(identity).some((parsed) => !parsed.ok || parsed.value.kind !== "fragment");
			if (whole) play(take(forge.impersonateResponder(setting, script, identity.splice(0))));
		}
	};
	for await (const said of createInterface({ input: process.stdin })) {
		if (said !== "") tolerate(() => step(said));
	}
	if (session === undefined) throw new Failure("expected the peer's messages until the session; got the end", 1);
	for (const text of take(session.end(nowMs))) print(text);
}

/** What the peer sends may be refused; the next may be better. @param {() => void} action */
function tolerate(action) {
	try {
		action();
	} catch (error) {
		if (!(error instanceof Failure)) throw error;
		console.error(`otr: ${error.message}`);
	}
}

/** @param {import("../packages/otrv4/dist/src/index.js").Outcome} outcome */
function hear({ send, events }) {
	for (const text of send) print(text);
	for (const event of events) console.error(event.kind === "message" ? `peer: ${event.text}` : `otr: ${event.kind}`);
}
