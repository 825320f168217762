import { createPrivateKey, X509Certificate } from "node:crypto";
import { createSecureContext } from "node:tls";
import { err, ok, type Result } from "@clowder/bytes";

/** A certificate that can be served now, with its chain and key. */
export interface Certificate {
	/** PEM, the server's own certificate first. */
	readonly chain: string;
	/** PEM. Not to be shown to anyone. */
	readonly key: string;
	/** In milliseconds since 1970. */
	readonly validUntil: number;
	/** Whether a client that wants this domain takes it. */
	readonly isFor: (domain: string) => boolean;
}

/** Why a certificate cannot be served. */
export type CertificateError =
	/** The text is no certificate in PEM. */
	| { readonly kind: "no-certificate"; readonly detail: string }
	/** The text is no private key in PEM, or one with a password. */
	| { readonly kind: "no-key"; readonly detail: string }
	/** The key is of another certificate than the first in the chain. */
	| { readonly kind: "another-key" }
	| { readonly kind: "expired"; readonly since: string }
	| { readonly kind: "not-yet-valid"; readonly from: string }
	/** TLS takes it not, for instance since its key is too short. */
	| { readonly kind: "unusable"; readonly detail: string };

/**
 * TLS-1: reads a certificate and looks whether it can be served. `now`: milliseconds since 1970. No error has anything of
 * the key in it.
 */
export function readCertificate(chain: string, key: string, now: number): Result<Certificate, CertificateError> {
	let own: X509Certificate;
	try {
		own = new X509Certificate(chain);
	} catch (error) {
		return err({ kind: "no-certificate", detail: reasonOf(error) });
	}
	try {
		if (!own.checkPrivateKey(createPrivateKey(key))) return err({ kind: "another-key" });
	} catch (error) {
		return err({ kind: "no-key", detail: reasonOf(error) });
	}
	if (now > Date.parse(own.validTo)) return err({ kind: "expired", since: own.validTo });
	if (now < Date.parse(own.validFrom)) return err({ kind: "not-yet-valid", from: own.validFrom });
	try {
		createSecureContext({ cert: chain, key });
	} catch (error) {
		return err({ kind: "unusable", detail: reasonOf(error) });
	}
	const isFor = (domain: string): boolean => own.checkHost(domain, { subject: "never" }) !== undefined;
	return ok({ chain, key, validUntil: Date.parse(own.validTo), isFor });
}

/** One line for people. */
export function describeCertificateError(error: CertificateError): string {
	switch (error.kind) {
		case "no-certificate":
			return `expected a certificate in PEM, got: ${error.detail}`;
		case "no-key":
			return `expected a private key in PEM without a password, got: ${error.detail}`;
		case "another-key":
			return "the key is not that of the first certificate in the file";
		case "expired":
			return `the certificate has expired on ${error.since}`;
		case "not-yet-valid":
			return `the certificate is not valid before ${error.from}`;
		case "unusable":
			return `TLS does not take the certificate or the key: ${error.detail}`;
	}
}

/** What the library says is about the form, never of the content. */
function reasonOf(error: unknown): string {
	return error instanceof Error && "code" in error ? String(error.code) : "something else";
}
