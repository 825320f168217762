import { randomBytes } from "node:crypto";
import { readdirSync, renameSync, rmSync } from "node:fs";
import { connect, createServer, type Server } from "node:net";
import { join } from "node:path";
import { err, ok, type Result } from "@clowder/bytes";
import type { StorageError } from "./storage-error.ts";

/** What is left of the 104 bytes that the shortest socket path has, after the name of ours. */
const FOLDER_BYTES_MAX = 80;

const RUNNING = /^running-[0-9a-f]{12}$/;

/** Whether a file in a data folder is the lock of a server, or what one left behind that was killed. */
export function isLockName(name: string): boolean {
	return RUNNING.test(name.replace(/\.new$/, ""));
}

/** A folder that no other process uses, until it is released or this process ends, in whatever way. */
export interface FolderLock {
	release(): void;
}

/**
 * STORE-4: takes a folder for this process. The lock is a socket that listens there: the system closes it however the
 * process ends, so that a lock is never left over, and nobody has to guess by numbers of processes whether one is alive.
 *
 * Each that wants the folder shows its own socket first and looks for others then: of two that come at once at least one
 * sees the other. Both may be refused; both never get in.
 */
export async function lockFolder(folder: string): Promise<Result<FolderLock, StorageError>> {
	const bytes = Buffer.byteLength(folder);
	if (bytes > FOLDER_BYTES_MAX) return err({ kind: "path-too-long", folder, bytes, most: FOLDER_BYTES_MAX });
	const name = `running-${randomBytes(6).toString("hex")}`;
	const path = join(folder, name);
	const listening = await listen(join(folder, `${name}.new`));
	if (!listening.ok) return err({ kind: "not-usable", folder, code: listening.error });
	const lock = {
		release: (): void => {
			listening.value.close();
			rmSync(path, { force: true });
		},
	};
	try {
		// Under its name only now: before it listens it would look like one that is dead.
		renameSync(`${path}.new`, path);
		for (const other of readdirSync(folder)) {
			if (other === name || !RUNNING.test(other)) continue;
			if (await isAlive(join(folder, other))) {
				lock.release();
				return err({ kind: "in-use", folder });
			}
			rmSync(join(folder, other), { force: true });
		}
	} catch (error) {
		lock.release();
		return err({ kind: "not-usable", folder, code: (error as NodeJS.ErrnoException).code ?? "unknown" });
	}
	return ok(lock);
}

function listen(path: string): Promise<Result<Server, string>> {
	const server = createServer((socket) => socket.destroy());
	return new Promise((resolve) => {
		server.once("error", (error: NodeJS.ErrnoException) => resolve(err(error.code ?? error.name)));
		server.listen(path, () => {
			// It keeps the folder, not the process.
			server.unref();
			resolve(ok(server));
		});
	});
}

/** Whether a process listens there: the system answers for it, also while it is busy. */
function isAlive(path: string): Promise<boolean> {
	return new Promise((resolve) => {
		const socket = connect(path);
		socket.once("connect", () => {
			socket.destroy();
			resolve(true);
		});
		socket.once("error", ({ code }: NodeJS.ErrnoException) => resolve(code !== "ECONNREFUSED" && code !== "ENOENT"));
	});
}
