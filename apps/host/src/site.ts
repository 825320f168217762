import { readdir, readFile, stat } from "node:fs/promises";
import { extname, join, sep } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, crc32, gzip } from "node:zlib";
import { err, ok, type Result } from "@clowder/bytes";
import type { HostError } from "./errors.ts";
import { SITE_BYTES_MAX, SITE_FILES_MAX } from "./limits.ts";

const TYPES: Readonly<Record<string, string>> = {
	".css": "text/css; charset=utf-8",
	".html": "text/html; charset=utf-8",
	".ico": "image/x-icon",
	".js": "text/javascript; charset=utf-8",
	".json": "application/json",
	".png": "image/png",
	".svg": "image/svg+xml",
	".txt": "text/plain; charset=utf-8",
	".webmanifest": "application/manifest+json",
	".woff2": "font/woff2",
};
const COMPRESSED = new Set([".css", ".html", ".js", ".json", ".svg", ".txt", ".webmanifest"]);
/** A file whose name holds a hash of its content never changes under that name. */
const HASHED_NAME = /^\/assets\/.*-[\w-]{8,}\.[a-z0-9]+$/;

export type Encoding = "br" | "gzip" | "identity";

/** One file as it is sent. */
export interface SiteFile {
	readonly type: string;
	readonly cacheControl: string;
	/** Tells versions of the content apart, no more; an encoding adds its name. */
	readonly hash: string;
	readonly bodies: Readonly<Partial<Record<Encoding, Buffer>>> & { readonly identity: Buffer };
}

/** All that can be asked for, by the exact path of the request. Nothing is read from disk after the start. */
export type Site = ReadonlyMap<string, SiteFile>;

/** Reads the built web client. What has no known type, and what begins with a dot, is not part of it. */
export async function loadSite(webRoot: string): Promise<Result<Site, HostError>> {
	const site = new Map<string, SiteFile>();
	let bytes = 0;
	try {
		for (const name of (await readdir(webRoot, { recursive: true })).toSorted()) {
			const path = `/${name.split(sep).join("/")}`;
			const type = TYPES[extname(path)];
			if (type === undefined || path.includes("/.") || !(await stat(join(webRoot, name))).isFile()) continue;
			const content = await readFile(join(webRoot, name));
			bytes += content.length;
			if (site.size >= SITE_FILES_MAX || bytes > SITE_BYTES_MAX)
				return err(notAWebClient(webRoot, "more or larger files"));
			site.set(path, await makeFile(path, type, content));
		}
	} catch (error) {
		return err(notAWebClient(webRoot, error instanceof Error ? error.message : String(error)));
	}
	const index = site.get("/index.html");
	if (index === undefined) return err(notAWebClient(webRoot, "no index.html"));
	return ok(site.set("/", index));
}

function notAWebClient(webRoot: string, got: string): HostError {
	return { kind: "web-client-missing", webRoot, expected: "the built web client (npm run build)", got };
}

async function makeFile(path: string, type: string, content: Buffer): Promise<SiteFile> {
	const cacheControl = HASHED_NAME.test(path) ? "public, max-age=31536000, immutable" : "no-cache";
	const hash = `${content.length.toString(36)}.${crc32(content).toString(36)}`;
	const identity = { identity: content };
	if (!COMPRESSED.has(extname(path))) return { type, cacheControl, hash, bodies: identity };
	const [br, gz] = await Promise.all([
		promisify(brotliCompress)(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 7 } }),
		promisify(gzip)(content, { level: 9 }),
	]);
	return { type, cacheControl, hash, bodies: { ...identity, br, gzip: gz } };
}
