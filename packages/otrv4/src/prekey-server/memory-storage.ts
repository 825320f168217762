import { err, ok, type Result } from "@clowder/bytes";
import { DEFAULT_STORAGE_LIMITS, type PrekeyStorageLimits } from "./limits.ts";
import type {
	DeviceKey,
	EnsembleRequest,
	PrekeyStorage,
	StorageError,
	StoredEnsemble,
	StoredPrekeyMessage,
	StoredProfile,
	StoredPublication,
} from "./storage.ts";

interface Device {
	readonly publicKey: string;
	readonly clientProfile: StoredProfile | undefined;
	readonly prekeyProfile: StoredProfile | undefined;
	/** The oldest first. */
	readonly prekeyMessages: readonly StoredPrekeyMessage[];
	/** Identifiers that were handed out, the oldest first. */
	readonly spent: readonly number[];
}

/** The devices of an identity, by instance tag. */
type Devices = Map<number, Device>;

function isCurrent(profile: StoredProfile | undefined, nowSeconds: number): profile is StoredProfile {
	return profile !== undefined && nowSeconds < profile.expiresAtSeconds;
}

/** Keeps everything in memory, for as long as the process lives. */
export class MemoryPrekeyStorage implements PrekeyStorage {
	readonly #limits: PrekeyStorageLimits;
	readonly #identities = new Map<string, Devices>();

	constructor(limits: Partial<PrekeyStorageLimits> = {}) {
		this.#limits = { ...DEFAULT_STORAGE_LIMITS, ...limits };
	}

	async publish(publication: StoredPublication, nowSeconds: number): Promise<Result<number, StorageError>> {
		const { identity, instanceTag, publicKey } = publication.device;
		const devices = this.#identities.get(identity) ?? new Map<number, Device>();
		const known = devices.get(instanceTag);
		const before: Device =
			known?.publicKey === publicKey
				? known
				: { publicKey, clientProfile: undefined, prekeyProfile: undefined, prekeyMessages: [], spent: [] };
		const taken = new Set([...before.spent, ...before.prekeyMessages.map(({ identifier }) => identifier)]);
		const added = publication.prekeyMessages.filter(({ identifier }) => !taken.has(identifier));
		const prekeyMessages = [...before.prekeyMessages, ...added];
		if (prekeyMessages.length > this.#limits.prekeyMessagesPerDeviceMax) return err("full");
		if (known === undefined && !this.#makeRoom(identity, devices, nowSeconds)) return err("full");
		devices.set(instanceTag, {
			publicKey,
			clientProfile: publication.clientProfile ?? before.clientProfile,
			prekeyProfile: publication.prekeyProfile ?? before.prekeyProfile,
			prekeyMessages,
			spent: before.spent,
		});
		this.#identities.set(identity, devices);
		return ok(added.length);
	}

	/** Room for one more device, at the cost of those whose Client Profiles have expired where there is none. */
	#makeRoom(identity: string, devices: Devices, nowSeconds: number): boolean {
		if (devices.size >= this.#limits.devicesPerIdentityMax) forgetExpired(devices, nowSeconds);
		if (devices.size >= this.#limits.devicesPerIdentityMax) return false;
		if (!this.#identities.has(identity) && this.#identities.size >= this.#limits.identitiesMax) {
			this.forgetExpired(nowSeconds);
		}
		return this.#identities.has(identity) || this.#identities.size < this.#limits.identitiesMax;
	}

	/** Forgets devices without a Client Profile that is good still, and identities without a device. */
	forgetExpired(nowSeconds: number): void {
		for (const [identity, devices] of this.#identities) {
			forgetExpired(devices, nowSeconds);
			if (devices.size === 0) this.#identities.delete(identity);
		}
	}

	async count({ identity, instanceTag, publicKey }: DeviceKey): Promise<Result<number, StorageError>> {
		const device = this.#identities.get(identity)?.get(instanceTag);
		return ok(device?.publicKey === publicKey ? device.prekeyMessages.length : 0);
	}

	async takeEnsembles({ identity, nowSeconds }: EnsembleRequest): Promise<Result<StoredEnsemble[], StorageError>> {
		const ensembles: StoredEnsemble[] = [];
		const devices: Devices = this.#identities.get(identity) ?? new Map();
		for (const [instanceTag, device] of devices) {
			const { clientProfile, prekeyProfile } = device;
			const [oldest, ...left] = device.prekeyMessages;
			if (oldest === undefined) continue;
			if (!isCurrent(clientProfile, nowSeconds) || !isCurrent(prekeyProfile, nowSeconds)) continue;
			ensembles.push({
				clientProfile: clientProfile.bytes,
				prekeyProfile: prekeyProfile.bytes,
				prekeyMessage: oldest.bytes,
			});
			const spent = [...device.spent, oldest.identifier].slice(-this.#limits.spentIdentifiersPerDeviceMax);
			devices.set(instanceTag, { ...device, prekeyMessages: left, spent });
		}
		return ok(ensembles);
	}
}

function forgetExpired(devices: Devices, nowSeconds: number): void {
	for (const [instanceTag, { clientProfile }] of devices) {
		if (!isCurrent(clientProfile, nowSeconds)) devices.delete(instanceTag);
	}
}
