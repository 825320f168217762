import { startProsody } from "@clowder/servers";
import type { Target } from "../target.ts";

/**
 * Debian's Prosody with the fewest modules that rooms over WebSocket need, in memory alone, without limits of pace;
 * accounts are anonymous, so that it has the least work with them.
 */
export async function startProsodyTarget(): Promise<Target> {
	const config = 'authentication = "anonymous"\nmuc_room_locking = false\nlog = { error = "*console" }\n';
	const prosody = await startProsody({ config });
	return {
		name: "prosody",
		// Prosody finds its hosts by the name in the request.
		url: `ws://localhost:${prosody.httpPort}${prosody.path}`,
		domain: prosody.domain,
		rooms: "rooms.localhost",
		login: "anonymous",
		pid: prosody.pid,
		stop: () => prosody.stop(),
	};
}
