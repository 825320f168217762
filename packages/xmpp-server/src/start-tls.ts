import { TCP_FRAMING } from "./framing.ts";
import { parseJid } from "./jid.ts";
import type { ServerLimits } from "./limits.ts";
import { NS } from "./namespaces.ts";
import type { StreamCondition } from "./stream.ts";
import { type Element, element, serialise } from "./xml.ts";
import { isStreamRoot, type XmlEvent, XmlStreamParser } from "./xml-parser.ts";

const NS_TLS = "urn:ietf:params:xml:ns:xmpp-tls";

/** What to do after a piece of text: go on reading, begin TLS, or close. */
export type StartTlsStep = "read" | "secure" | "close";

/**
 * A stream before TLS, over which nothing passes but the wish for TLS (RFC 6120 section 5). It ends there: after TLS begins
 * another one, which knows nothing of it.
 */
export class StartTls {
	readonly #domain: string;
	readonly #id: string;
	readonly #parser: XmlStreamParser;
	readonly #write: (text: string) => void;
	#isOpen = false;
	#step: StartTlsStep = "read";

	constructor(domain: string, limits: ServerLimits, id: string, write: (text: string) => void) {
		this.#domain = domain;
		this.#id = id;
		this.#parser = new XmlStreamParser(limits);
		this.#write = write;
	}

	receive(text: string): StartTlsStep {
		if (this.#step !== "read") return this.fail("policy-violation");
		const read = this.#parser.write(text, (event) => {
			this.#step = this.#received(event);
			return this.#step === "read" ? "continue" : "stop";
		});
		if (!read.ok) return this.fail(read.error.condition);
		return this.#reached(this.#step, read.value);
	}

	#reached(step: StartTlsStep, rest: string): StartTlsStep {
		if (step !== "secure") return step;
		// TLS-3: whoever is between can add plain text behind the wish; it must not seem to come through TLS.
		if (rest.trim() !== "") return this.fail("policy-violation");
		this.#write(serialise(element("proceed", NS_TLS)));
		return step;
	}

	/** Ends it with a stream error. */
	fail(condition: StreamCondition): StartTlsStep {
		this.#header();
		this.#write(serialise(element("error", NS.streams, {}, [element(condition, NS.streamErrors)])));
		return this.#close();
	}

	#received(event: XmlEvent): StartTlsStep {
		if (event.type === "open") return this.#opened(event.root);
		if (event.type === "close") return this.#close();
		const { name, ns } = event.stanza;
		// TLS-2: no name, password or stanza is heard without TLS.
		return name === "starttls" && ns === NS_TLS ? "secure" : this.fail("policy-violation");
	}

	#opened(root: Element): StartTlsStep {
		if (!isStreamRoot(root)) return this.fail("invalid-namespace");
		const to = parseJid(root.attrs["to"] ?? "");
		if (!to.ok || to.value.domain !== this.#domain || to.value.local !== "") return this.fail("host-unknown");
		this.#header();
		const wish = element("starttls", NS_TLS, {}, [element("required", NS_TLS)]);
		this.#write(serialise(element("features", NS.streams, {}, [wish])));
		return "read";
	}

	#header(): void {
		if (this.#isOpen) return;
		this.#isOpen = true;
		this.#write(TCP_FRAMING.open({ id: this.#id, from: this.#domain, to: undefined }));
	}

	#close(): StartTlsStep {
		this.#step = "close";
		this.#write(TCP_FRAMING.close);
		return "close";
	}
}
