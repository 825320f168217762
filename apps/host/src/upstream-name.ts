/** This machine: nobody reads along there. */
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

export function isThisMachine({ hostname }: URL): boolean {
	return LOOPBACK.test(hostname);
}

/**
 * HOST-3: the name by which another server is asked. On this machine it is the domain that it serves: servers of many
 * domains choose by it, and know themselves by no other name.
 */
export function upstreamName(url: URL, domain: string): string {
	if (!isThisMachine(url)) return url.host;
	return url.port === "" ? domain : `${domain}:${url.port}`;
}
