import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

const EXECUTABLE: string = process.env["CHROMIUM"] ?? "/usr/bin/chromium";

/** Why the tests with a browser cannot run here; false when they can. In the form that node:test takes as `skip`. */
export const withoutChromium: string | false = existsSync(EXECUTABLE)
	? false
	: "needs Chromium: apt-get install chromium, or set CHROMIUM to its path";

/** A browser that talks to nobody by itself. */
export function launchChromium(): Promise<Browser> {
	return chromium.launch({
		executablePath: EXECUTABLE,
		args: [
			"--no-sandbox",
			"--disable-gpu",
			"--disable-quic",
			"--no-first-run",
			"--disable-background-networking",
			"--disable-component-update",
			"--disable-sync",
		],
	});
}
