import { createHash } from "node:crypto";
import { base64, equal, err, ok, type Result } from "@clowder/bytes";
import type { TypeCode } from "./content-types.ts";
import { type FileRecord, idOf, ownerOf } from "./file-record.ts";
import { UPLOAD_DAY_MS, UPLOAD_SECRET_BYTES, type UploadLimits } from "./limits.ts";

/** What an account is given for one file. */
export interface Grant {
	/** In the address of the file, for putting and getting it. */
	readonly secret: string;
	/** What putting it takes besides. */
	readonly token: string;
}

export type GrantError =
	| { readonly kind: "too-large"; readonly bytesMax: number }
	/** Not now; maybe from then on, in milliseconds since 1970. */
	| { readonly kind: "wait"; readonly until: number };

/** A place for a file that has not come. */
export interface Slot {
	readonly record: FileRecord;
	readonly tokenHash: Uint8Array;
	readonly expiresAt: number;
	/** While its bytes come. */
	isReceiving: boolean;
}

interface Usage {
	bytes: number;
	slots: number;
	/** When its current day began, and what it was given since. */
	dayBegan: number;
	given: number;
}

/** Who may put what, who has put what, and until when: everything about files but their bytes. */
export class UploadSlots {
	readonly #limits: UploadLimits;
	readonly #bytesMax: number;
	readonly #random: (bytes: number) => Uint8Array;
	readonly #slots: Map<string, Slot> = new Map();
	readonly #files: Map<string, FileRecord> = new Map();
	readonly #usage: Map<string, Usage> = new Map();
	#bytes = 0;

	/** `bytesMax`: all files together. `found`: files that are there from before. */
	constructor(
		limits: UploadLimits,
		bytesMax: number,
		random: (bytes: number) => Uint8Array,
		found: readonly FileRecord[],
	) {
		this.#limits = limits;
		this.#bytesMax = bytesMax;
		this.#random = random;
		for (const record of found.toSorted((a, b) => a.createdAt - b.createdAt)) {
			this.#files.set(record.id, record);
			const usage = this.#usageOf(record.owner, record.createdAt);
			usage.given += 1;
			this.#count(usage, record.bytes);
		}
	}

	/** The largest file that anyone can put. */
	get fileBytesMax(): number {
		return Math.min(this.#limits.uploadFileBytes, this.#limits.uploadBytesPerAccount, this.#bytesMax);
	}

	/** UPLOAD-7: within what the account and all accounts may have; the bytes count from now on. */
	grant(username: string, bytes: number, type: TypeCode, now: number): Result<Grant, GrantError> {
		if (bytes > this.fileBytesMax) return err({ kind: "too-large", bytesMax: this.fileBytesMax });
		const owner = ownerOf(username);
		const usage = this.#usageOf(owner, now);
		const until = this.#waitUntil(owner, usage, bytes, now);
		if (until !== undefined) return err({ kind: "wait", until });
		const secret = this.#newSecret();
		const token = this.#newSecret();
		const record = { id: idOf(secret), owner, createdAt: now, bytes, type };
		const expiresAt = now + this.#limits.uploadSlotMs;
		this.#slots.set(record.id, { record, tokenHash: hashOf(token), expiresAt, isReceiving: false });
		usage.given += 1;
		usage.slots += 1;
		this.#count(usage, bytes);
		return ok({ secret, token });
	}

	/** UPLOAD-5: a slot that can still be used. */
	slot(secret: string, now: number): Slot | undefined {
		const slot = this.#slots.get(idOf(secret));
		return slot !== undefined && (slot.isReceiving || now < slot.expiresAt) ? slot : undefined;
	}

	/** UPLOAD-9: a file that has come and has not expired, whether or not it was swept yet. */
	file(secret: string, now: number): FileRecord | undefined {
		const record = this.#files.get(idOf(secret));
		return record !== undefined && now < this.#endOf(record) ? record : undefined;
	}

	/** All of a slot's bytes have come: it is a file from now on, and no slot any more. */
	stored(slot: Slot): void {
		this.#slots.delete(slot.record.id);
		this.#files.set(slot.record.id, slot.record);
		const usage = this.#usage.get(slot.record.owner);
		if (usage !== undefined) usage.slots -= 1;
	}

	/** Forgets what has expired; the files whose bytes are to be removed. */
	sweep(now: number): readonly FileRecord[] {
		const ended = [...this.#files.values()].filter((record) => now >= this.#endOf(record));
		for (const record of ended) this.#files.delete(record.id);
		const unused = [...this.#slots.values()].filter((slot) => !slot.isReceiving && now >= slot.expiresAt);
		for (const { record } of unused) {
			this.#slots.delete(record.id);
			this.#usageOf(record.owner, now).slots -= 1;
		}
		for (const { owner, bytes } of [...ended, ...unused.map(({ record }) => record)]) {
			this.#count(this.#usageOf(owner, now), -bytes);
		}
		for (const [owner, { bytes, dayBegan }] of this.#usage) {
			if (bytes === 0 && now - dayBegan >= UPLOAD_DAY_MS) this.#usage.delete(owner);
		}
		return ended;
	}

	/** Undefined: there is no need to wait. When others' files end is not told. */
	#waitUntil(owner: string, usage: Usage, bytes: number, now: number): number | undefined {
		const limits = this.#limits;
		if (usage.given >= limits.uploadsPerAccountPerDay) return usage.dayBegan + UPLOAD_DAY_MS;
		const isOwnFull = usage.bytes + bytes > limits.uploadBytesPerAccount;
		if (isOwnFull || usage.slots >= limits.uploadSlotsPerAccount) return this.#firstEndOf(owner, now);
		const isFull = this.#files.size + this.#slots.size >= limits.uploadFiles || this.#bytes + bytes > this.#bytesMax;
		return isFull ? now + limits.uploadSlotMs : undefined;
	}

	#firstEndOf(owner: string, now: number): number {
		const ends = [
			...[...this.#slots.values()].filter(({ record }) => record.owner === owner).map(({ expiresAt }) => expiresAt),
			...[...this.#files.values()].filter((record) => record.owner === owner).map((record) => this.#endOf(record)),
		];
		return ends.reduce((first, end) => Math.min(first, end), now + this.#limits.uploadKeepMs);
	}

	#endOf({ createdAt }: FileRecord): number {
		return createdAt + this.#limits.uploadKeepMs;
	}

	#usageOf(owner: string, now: number): Usage {
		let usage = this.#usage.get(owner);
		if (usage === undefined) {
			usage = { bytes: 0, slots: 0, dayBegan: now, given: 0 };
			this.#usage.set(owner, usage);
		} else if (now - usage.dayBegan >= UPLOAD_DAY_MS) {
			usage.dayBegan = now;
			usage.given = 0;
		}
		return usage;
	}

	#count(usage: Usage, bytes: number): void {
		usage.bytes += bytes;
		this.#bytes += bytes;
	}

	#newSecret(): string {
		const text = base64(this.#random(UPLOAD_SECRET_BYTES));
		return text.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
	}
}

/** Whether this is what putting the file takes. In constant time. */
export function opensSlot(slot: Slot, token: string): boolean {
	return equal(slot.tokenHash, hashOf(token));
}

function hashOf(token: string): Uint8Array {
	return new Uint8Array(createHash("sha256").update(token).digest());
}
