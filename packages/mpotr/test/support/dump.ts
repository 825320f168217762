import { Session } from "node:inspector";

/** What is asked of an object where it stands: for the inspector, which alone sees private fields and closures. */
interface Visitor {
	visit: (value: object) => boolean;
}

const GLOBAL = "clowderDump";
const GROUP = "dump";

interface Remote {
	readonly objectId?: string;
	readonly description?: string;
}

interface Properties {
	readonly result: readonly { readonly value?: Remote; readonly name: string }[];
	readonly internalProperties?: readonly { readonly value?: Remote; readonly name: string }[];
	readonly privateProperties?: readonly { readonly value?: Remote; readonly name: string }[];
}

/** Answers come before `post` returns: the inspector runs in this very thread. */
function ask<T>(session: Session, method: string, params: object): T {
	let answer: { readonly error: Error | null; readonly result: unknown } | undefined;
	session.post(method, params, (error, result) => {
		answer = { error, result };
	});
	if (answer === undefined || answer.error !== null)
		throw new Error(`${method}: ${answer?.error?.message ?? "no answer"}`);
	return answer.result as T;
}

/** Scopes that belong to the program and not to what is dumped. */
function isOurs(name: string | undefined): boolean {
	return name === undefined || !/^(?:Global|Module|Script)/.test(name);
}

/**
 * A dump of the memory that somebody's device needs: every byte string that can be reached from `root` by fields (private ones
 * too), elements, entries and closures, but not through those in `without`.
 */
export function dumpOf(root: object, without: readonly object[]): readonly Uint8Array[] {
	const seen = new Set<object>(without);
	const found: Uint8Array[] = [];
	const visitor: Visitor = {
		visit: (value) => {
			if (seen.has(value)) return false;
			seen.add(value);
			if (!ArrayBuffer.isView(value)) return true;
			found.push(new Uint8Array(value.buffer, value.byteOffset, value.byteLength).slice());
			return false;
		},
	};
	const place = globalThis as unknown as Record<
		string,
		{ readonly visitor: Visitor; readonly root: object } | undefined
	>;
	place[GLOBAL] = { visitor, root };
	const session = new Session();
	session.connect();
	try {
		const begin = ask<{ readonly result: Remote }>(session, "Runtime.evaluate", {
			expression: `globalThis.${GLOBAL}.root`,
			objectGroup: GROUP,
		});
		const waiting = [begin.result];
		for (let one = waiting.pop(); one !== undefined; one = waiting.pop()) {
			if (one.objectId === undefined) continue;
			const { result } = ask<{ readonly result: { readonly value?: unknown } }>(session, "Runtime.callFunctionOn", {
				objectId: one.objectId,
				functionDeclaration: `function () { return globalThis.${GLOBAL}.visitor.visit(this); }`,
				returnByValue: true,
			});
			if (result.value !== true) continue;
			const all = ask<Properties>(session, "Runtime.getProperties", {
				objectId: one.objectId,
				ownProperties: true,
			});
			const inside = [...all.result, ...(all.internalProperties ?? []), ...(all.privateProperties ?? [])];
			for (const { name, value } of inside) {
				const passes = name !== "__proto__" && name !== "[[Prototype]]" && isOurs(value?.description);
				if (passes && value?.objectId !== undefined) waiting.push(value);
			}
		}
	} finally {
		place[GLOBAL] = undefined;
		session.disconnect();
	}
	return found;
}
