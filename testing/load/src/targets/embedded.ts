import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Target } from "../target.ts";

/** The embedded server, as it is, with its limits of pace and number lifted. */
export async function startEmbedded(nodeArgs: readonly string[]): Promise<Target> {
	const child = fork(fileURLToPath(new URL("embedded-main.js", import.meta.url)), { execArgv: [...nodeArgs] });
	const [{ port }] = (await once(child, "message")) as [{ port: number }];
	return {
		name: "embedded",
		url: `ws://127.0.0.1:${port}/xmpp-websocket`,
		domain: "localhost",
		rooms: "conference.localhost",
		login: "key",
		pid: child.pid,
		async stop() {
			const exited = once(child, "exit");
			child.disconnect();
			await exited;
		},
	};
}
