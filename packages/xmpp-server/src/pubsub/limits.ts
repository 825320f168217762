/** Bounds of what accounts publish (PEP-8). */
export interface PubsubLimits {
	/** Nodes of one account. */
	readonly pubsubNodes: number;
	/** Items kept in one node; what `max` means as its `max_items`. */
	readonly pubsubItemsPerNode: number;
	/** One item's payload, in UTF-8 bytes. */
	readonly pubsubItemBytes: number;
	/** All that one account keeps. */
	readonly pubsubBytesPerAccount: number;
	/** All that all accounts keep. */
	readonly pubsubBytes: number;
	/** Accounts on one node's whitelist. */
	readonly pubsubMembersPerNode: number;
	/** Payload in one answer; what is older is left out. Far below what may wait for a reader. */
	readonly pubsubAnswerBytes: number;
	/** What clients can do, remembered by verified hash. */
	readonly capsRemembered: number;
	/** Nodes that one client wants to hear of; more are not looked at. */
	readonly capsInterests: number;
}

export const DEFAULT_PUBSUB_LIMITS: PubsubLimits = {
	pubsubNodes: 64,
	pubsubItemsPerNode: 256,
	pubsubItemBytes: 48 * 1024,
	pubsubBytesPerAccount: 1024 * 1024,
	pubsubBytes: 256 * 1024 * 1024,
	pubsubMembersPerNode: 64,
	pubsubAnswerBytes: 128 * 1024,
	capsRemembered: 1_000,
	capsInterests: 64,
};

/** The longest name of a node and id of an item, in UTF-8 bytes. */
export const PUBSUB_NAME_BYTES = 1023;
