import { err, type Result } from "@clowder/bytes";
import type { Suite } from "@clowder/crypto";
import { type KeyName, keyName } from "../fold/state.ts";
import type { Aid, Sid } from "../labels.ts";
import { SenderChain } from "../session/chain.ts";
import { type Content, type ContentHeader, decodeContent, encodeContent } from "../session/content.ts";
import { type Digest, Transcript } from "../session/transcript.ts";
import type { VerifiedMessage } from "../wire/envelope.ts";
import type { Encrypted } from "../wire/messages.ts";
import type { Fault } from "./witness.ts";

/** A session as whoever has its key follows it: everyone's chains, and one transcript. */
export class Ledger {
	readonly #suite: Suite;
	readonly aid: Aid;
	readonly transcript: Transcript;
	/** Valid messages under this base so far. */
	validMessages = 0;
	readonly #reading: ReadonlyMap<KeyName, SenderChain>;
	readonly #writing: ReadonlyMap<KeyName, SenderChain>;

	constructor(
		suite: Suite,
		init: {
			readonly aid: Aid;
			readonly sid: Sid;
			readonly sk: Uint8Array;
			readonly list: readonly KeyName[];
			readonly confirms: readonly VerifiedMessage[];
		},
	) {
		this.#suite = suite;
		this.aid = init.aid;
		this.transcript = new Transcript(suite, init.sid, init.confirms);
		const chains = (): ReadonlyMap<KeyName, SenderChain> =>
			new Map(init.list.map((key, i) => [key, new SenderChain(suite, init.sk, init.sid, i)]));
		this.#reading = chains();
		this.#writing = chains();
	}

	/** Reads content as a member would: authenticated, decrypted, exactly what the encoder writes. */
	read(
		placed: VerifiedMessage,
		encrypted: Encrypted,
		extra: readonly Uint8Array[],
	): Result<{ readonly header: ContentHeader; readonly content: Content }, Fault> {
		const chain = this.#reading.get(keyName(placed.header.v));
		if (chain === undefined) return err({ rule: "CONTENT-1", expected: "someone of the session", got: "another" });
		const plaintext = chain.decrypt([this.aid, placed.header.v, ...extra], encrypted);
		if (!plaintext.ok) return plaintext;
		const content = decodeContent(this.#suite, plaintext.value);
		if (!content.ok) return err({ rule: "CONTENT-4", expected: content.error.expected, got: content.error.got });
		return content;
	}

	/** Content by anyone of the session: whoever has the key can encrypt for all of them. */
	write(v: Uint8Array, content: Content, extra: readonly Uint8Array[], iv: Uint8Array): Encrypted {
		const chain = this.#writing.get(keyName(v));
		if (chain === undefined) throw new Error("content by nobody of the session");
		const header = { seen: this.transcript.latest, validMessages: this.validMessages };
		return chain.encrypt([this.aid, v, ...extra], iv, encodeContent(header, content));
	}

	/** What somebody reports of their view is what stands here (rules DIGEST-1, DIGEST-2). */
	check(seen: Digest, validMessages = 0): Fault | undefined {
		if (validMessages > this.validMessages) {
			return { rule: "DIGEST-2", expected: `at most ${this.validMessages} valid messages`, got: `${validMessages}` };
		}
		if (this.transcript.compare(seen).type !== "differs") return undefined;
		return { rule: "DIGEST-1", expected: "the digest of what stands here", got: `another at entry ${seen.entries}` };
	}

	erase(): void {
		for (const chain of [...this.#reading.values(), ...this.#writing.values()]) chain.erase();
	}
}
