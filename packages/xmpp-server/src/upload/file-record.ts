import { createHash } from "node:crypto";
import { isTypeCode, type TypeCode } from "./content-types.ts";

/** What is kept of a file besides its bytes. */
export interface FileRecord {
	/** The hash of the secret in its address: whoever reads where files are kept cannot fetch them from here. */
	readonly id: string;
	/** The hash of the account that put it. */
	readonly owner: string;
	/** Milliseconds since 1970. */
	readonly createdAt: number;
	readonly bytes: number;
	readonly type: TypeCode;
}

const NAME = /^([0-9a-f]{64})\.([0-9a-f]{32})\.(\d{1,15})\.(\d{1,15})\.([a-z0-9]{1,8})$/;

/**
 * UPLOAD-3: the name that a file is kept under: hashes, numbers and one of our own words. Nothing that a client wrote is in
 * it, so there is no path to leave the folder by.
 */
export function fileName({ id, owner, createdAt, bytes, type }: FileRecord): string {
	return `${id}.${owner}.${createdAt}.${bytes}.${type}`;
}

/** Undefined for what is not such a name. */
export function readFileName(name: string): FileRecord | undefined {
	const [, id = "", owner = "", createdAt, bytes, type = ""] = NAME.exec(name) ?? [];
	if (!isTypeCode(type)) return undefined;
	return { id, owner, createdAt: Number(createdAt), bytes: Number(bytes), type };
}

/** UPLOAD-2: files are found by the hash of the secret, so that looking one up tells nobody how near a guess was. */
export function idOf(secret: string): string {
	return createHash("sha256").update(secret).digest("hex");
}

export function ownerOf(username: string): string {
	return createHash("sha256").update(`account ${username}`).digest("hex").slice(0, 32);
}
