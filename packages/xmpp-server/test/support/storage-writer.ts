// A process that keeps one document after the other, and says of each that it is kept. The test kills it.
import { openStorage } from "../../src/storage/open-storage.ts";

const opened = await openStorage(process.argv[2] as string);
if (!opened.ok) throw new Error(opened.error.kind);
const storage = opened.value;
const before = storage.entries("writer", "documents").length;
for (let at = before; ; at++) {
	// Two in one: never one without the other.
	storage.put("writer", "documents", `${at}`.padStart(8, "0"), "x".repeat((at * 37) % 5000));
	storage.put("writer", "twins", `${at}`.padStart(8, "0"), "");
	if (at % 3 === 2) storage.delete("writer", "deleted", `${at - 3}`);
	storage.put("writer", "deleted", `${at}`, "");
	if (!storage.commit()) throw new Error("not kept");
	// A write to a pipe is there when it returns, so that what is said is said before the kill.
	process.stdout.write(`${at}\n`);
}
