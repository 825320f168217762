import { err, ok, type Result } from "@clowder/bytes";
import { UploadsEndpoint, type UploadsOptions } from "./endpoint.ts";
import { FolderUploadStore } from "./folder-upload-store.ts";
import type { UploadLimits } from "./limits.ts";
import { MemoryUploadStore } from "./memory-upload-store.ts";
import { UploadSlots } from "./slots.ts";
import type { UploadStore } from "./upload-store.ts";

/** Opens the place where files are; the error is the system's own word for why it cannot be used. */
export function openUploads(
	options: UploadsOptions,
	limits: UploadLimits,
	random: (bytes: number) => Uint8Array,
): Result<UploadsEndpoint, string> {
	const store: Result<UploadStore, string> =
		options.folder === undefined ? ok(new MemoryUploadStore()) : FolderUploadStore.open(options.folder);
	if (!store.ok) return err(store.error);
	const bytesMax = options.folder === undefined ? limits.uploadMemoryBytes : limits.uploadBytes;
	const slots = new UploadSlots(limits, bytesMax, random, store.value.found);
	return ok(new UploadsEndpoint(options, limits, slots, store.value));
}
