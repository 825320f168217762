import { readFile } from "node:fs/promises";
import { err, ok, type Result } from "@clowder/bytes";
import { type Certificate, describeCertificateError, readCertificate } from "@clowder/xmpp-server";
import type { HostError } from "./errors.ts";
import { CERTIFICATE_CHECK_MS, CERTIFICATE_WARNING_MS } from "./limits.ts";
import type { Log } from "./log.ts";

/** Where the certificate is. */
export interface TlsOptions {
	/** PEM: the server's certificate, then those that lead to one that browsers know. */
	readonly certFile: string;
	/** PEM: its key, without a password. */
	readonly keyFile: string;
	/** How often the files are looked at, in milliseconds; each minute when absent. */
	readonly checkMs?: number;
}

const DAY_MS = 86_400_000;

/** Two files that something else renews now and then. What is served is at any time the last pair that could be. */
export class CertificateFiles {
	readonly #options: TlsOptions;
	readonly #domain: string;
	readonly #log: Log;
	readonly #renewed: ((certificate: Certificate) => void)[] = [];
	#current: Certificate;
	/** What was last said about the files, so that it is said once. */
	#said = "";
	#warnedAt = Number.NEGATIVE_INFINITY;
	#timer: NodeJS.Timeout | undefined;
	#checking: Promise<void> = Promise.resolve();

	private constructor(options: TlsOptions, domain: string, log: Log, current: Certificate) {
		this.#options = options;
		this.#domain = domain;
		this.#log = log;
		this.#current = current;
		this.#warn();
	}

	static async open(options: TlsOptions, domain: string, log: Log): Promise<Result<CertificateFiles, HostError>> {
		const read = await readPair(options);
		return read.ok ? ok(new CertificateFiles(options, domain, log, read.value)) : read;
	}

	get current(): Certificate {
		return this.#current;
	}

	onRenewed(use: (certificate: Certificate) => void): void {
		this.#renewed.push(use);
	}

	/** Looks at the files now and then, until `stop`. */
	watch(): void {
		this.#timer = setInterval(() => void this.check(), this.#options.checkMs ?? CERTIFICATE_CHECK_MS).unref();
	}

	stop(): void {
		clearInterval(this.#timer);
		this.#renewed.length = 0;
	}

	/** HOST-5: takes a new pair when there is one that can be served. One check after the other. */
	check(): Promise<void> {
		this.#checking = this.#checking.then(() => this.#check());
		return this.#checking;
	}

	async #check(): Promise<void> {
		const read = await readPair(this.#options);
		if (!read.ok) return this.#say(`${describeFault(read.error)}; the certificate before stays`);
		this.#say("");
		const { chain, key } = this.#current;
		if (read.value.chain !== chain || read.value.key !== key) {
			this.#current = read.value;
			for (const use of this.#renewed) use(read.value);
			this.#log("notice", `a new certificate is served, valid until ${dayOf(read.value)}`);
			this.#warnedAt = Number.NEGATIVE_INFINITY;
		}
		return this.#warn();
	}

	#say(line: string): void {
		if (line !== "" && line !== this.#said) this.#log("error", line);
		this.#said = line;
	}

	/** Once a day at most. */
	#warn(): void {
		const now = Date.now();
		if (now - this.#warnedAt < DAY_MS) return;
		this.#warnedAt = now;
		if (!this.#current.isFor(this.#domain)) {
			this.#log("error", "the certificate is not for the name given with --domain: clients will refuse it");
		}
		if (this.#current.validUntil - now < CERTIFICATE_WARNING_MS) {
			this.#log("error", `the certificate is valid until ${dayOf(this.#current)} only, and was not renewed yet`);
		}
	}
}

function dayOf({ validUntil }: Certificate): string {
	return new Date(validUntil).toISOString().slice(0, 10);
}

function describeFault(error: HostError): string {
	return error.kind === "certificate" ? error.detail : error.kind;
}

async function readPair({ certFile, keyFile }: TlsOptions): Promise<Result<Certificate, HostError>> {
	const texts: string[] = [];
	for (const file of [certFile, keyFile]) {
		try {
			texts.push(await readFile(file, "utf8"));
		} catch (error) {
			const code = error instanceof Error && "code" in error ? String(error.code) : "no file";
			return err({ kind: "certificate", detail: `cannot read ${file}: ${code}` });
		}
	}
	const [chain = "", key = ""] = texts;
	const read = readCertificate(chain, key, Date.now());
	if (read.ok) return read;
	const file = read.error.kind === "no-key" ? keyFile : certFile;
	return err({ kind: "certificate", detail: `${file}: ${describeCertificateError(read.error)}` });
}
