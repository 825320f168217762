import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build, type Rolldown } from "vite";

/** One file of a bundle. */
export interface BundledFile {
	readonly name: string;
	readonly code: string;
	readonly bytes: number;
	readonly gzipBytes: number;
}

/** The page and its worker, as a chat client's bundler makes them of the packages. */
export interface Bundle {
	readonly page: BundledFile;
	/** What the page's file was made of: paths. */
	readonly pageModules: readonly string[];
	readonly worker: BundledFile;
}

const PAGE = fileURLToPath(new URL("page.js", import.meta.url));

function bundled(name: string, code: string): BundledFile {
	return { name, code, bytes: Buffer.byteLength(code), gzipBytes: gzipSync(code).length };
}

/** Nothing is written: all of it stays in memory. */
export async function bundlePage(): Promise<Bundle> {
	const built = (await build({
		root: fileURLToPath(new URL(".", import.meta.url)),
		configFile: false,
		logLevel: "warn",
		base: "./",
		worker: { format: "es" },
		build: { write: false, target: "es2022", modulePreload: false, rolldownOptions: { input: PAGE } },
	})) as Rolldown.RolldownOutput;
	const pages = built.output.filter((file) => file.type === "chunk");
	const workers = built.output.filter((file) => file.type === "asset" && file.fileName.endsWith(".js"));
	const [page, worker] = [pages[0], workers[0]];
	if (page?.type !== "chunk" || worker?.type !== "asset" || pages.length + workers.length !== 2) {
		throw new Error(`expected a page and a worker; got ${built.output.map(({ fileName }) => fileName).join(", ")}`);
	}
	const source = typeof worker.source === "string" ? worker.source : Buffer.from(worker.source).toString();
	return {
		page: bundled(page.fileName, page.code),
		pageModules: page.moduleIds,
		worker: bundled(worker.fileName, source),
	};
}

/** Serves the bundle under a policy that allows nothing but itself. */
export async function serveBundle({
	page,
	worker,
}: Bundle): Promise<{ readonly url: string; readonly server: Server }> {
	const html = `<!doctype html><html lang="en"><title>OTRv4 in a worker</title><script type="module" src="${page.name}"></script></html>`;
	const files = new Map([
		["/", { type: "text/html", body: html }],
		...[page, worker].map(({ name, code }) => [`/${name}`, { type: "text/javascript", body: code }] as const),
	]);
	const server = createServer((request, response) => {
		const file = files.get(request.url ?? "");
		const policy = "default-src 'none'; script-src 'self'; worker-src 'self'; base-uri 'none'";
		response.writeHead(file === undefined ? 404 : 200, {
			"Content-Type": `${file?.type ?? "text/plain"}; charset=utf-8`,
			"Content-Security-Policy": policy,
		});
		response.end(file?.body);
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, server };
}
