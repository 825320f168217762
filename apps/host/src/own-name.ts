import { isIP } from "node:net";

/**
 * Whether a request was made to a name of ours. A page of the web can make its own name point to this machine (DNS
 * rebinding), and is then of one origin with whatever answers there; so only our domain, our onion address, `localhost` and
 * addresses do.
 */
export function isOwnName(hostHeader: string | undefined, domain: string, onion?: string): boolean {
	if (hostHeader === undefined || /[/@?#\\\s]/.test(hostHeader) || !URL.canParse(`http://${hostHeader}/`)) return false;
	const name = new URL(`http://${hostHeader}/`).hostname.replace(/^\[|\]$/g, "");
	return [domain.toLowerCase(), onion, "localhost"].includes(name) || name.endsWith(".localhost") || isIP(name) !== 0;
}
