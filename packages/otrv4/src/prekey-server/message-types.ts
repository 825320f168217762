/** `Message type` of each message of the prekey protocol. */
export const PREKEY_MESSAGE_TYPE = {
	failure: 0x05,
	success: 0x06,
	publication: 0x08,
	storageInformationRequest: 0x09,
	storageStatus: 0x0b,
	noEnsembles: 0x0e,
	ensembleQuery: 0x10,
	ensembles: 0x13,
	dake1: 0x35,
	dake2: 0x36,
	dake3: 0x37,
} as const;
