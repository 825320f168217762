import { encode, type Reader, utf8 } from "@clowder/bytes";
import { readClientProfile } from "../profile/client-profile.ts";
import { readPrekeyProfile } from "../profile/prekey-profile.ts";
import { readTag, readVersionAndType, writeTag, writeVersionAndType } from "../wire/header.ts";
import { readPrekeyMessage } from "../wire/prekey-message.ts";
import { readIdentity, readText } from "./fields.ts";
import { ENSEMBLES_MAX, NO_PREKEY_NOTE_MAX_BYTES, VERSIONS_ASKED_MAX_BYTES } from "./limits.ts";
import { PREKEY_MESSAGE_TYPE } from "./message-types.ts";
import type { Ensemble, EnsembleQuery, EnsembleRetrieval, NoEnsembles } from "./messages.ts";
import type { StoredEnsemble } from "./storage.ts";

export function encodeEnsembleQuery(message: EnsembleQuery): Uint8Array {
	return encode((w) => {
		writeVersionAndType(w, PREKEY_MESSAGE_TYPE.ensembleQuery);
		writeTag(w, message.senderTag);
		w.variable(utf8(message.identity)).variable(utf8(message.versions));
	});
}

export function readEnsembleQuery(r: Reader): EnsembleQuery {
	readVersionAndType(r, PREKEY_MESSAGE_TYPE.ensembleQuery);
	return {
		type: "ensemble-query",
		senderTag: readTag(r),
		identity: readIdentity(r),
		versions: readText(r, VERSIONS_ASKED_MAX_BYTES),
	};
}

/**
 * "Prekey Ensemble Retrieval Message", of values as they are stored. `L` is an INT as the text has it; older
 * implementations wrote a BYTE.
 */
export function encodeEnsembleRetrieval(
	receiverTag: number,
	identity: string,
	ensembles: readonly StoredEnsemble[],
): Uint8Array {
	return encode((w) => {
		writeVersionAndType(w, PREKEY_MESSAGE_TYPE.ensembles);
		writeTag(w, receiverTag);
		w.variable(utf8(identity)).u32(ensembles.length);
		for (const { clientProfile, prekeyProfile, prekeyMessage } of ensembles) {
			for (const bytes of [clientProfile, prekeyProfile, prekeyMessage]) w.fixed(bytes, bytes.length);
		}
	});
}

function readEnsemble(r: Reader): Ensemble {
	return {
		clientProfile: readClientProfile(r),
		prekeyProfile: readPrekeyProfile(r),
		prekeyMessage: readPrekeyMessage(r),
	};
}

export function readEnsembleRetrieval(r: Reader): EnsembleRetrieval {
	readVersionAndType(r, PREKEY_MESSAGE_TYPE.ensembles);
	const receiverTag = readTag(r);
	const identity = readIdentity(r);
	const count = r.u32();
	if (count === 0 || count > ENSEMBLES_MAX) r.refuse(`1 to ${ENSEMBLES_MAX} Prekey Ensembles`, `${count}`);
	const ensembles = Array.from({ length: count }, () => readEnsemble(r));
	return { type: "ensembles", receiverTag, identity, ensembles };
}

export function encodeNoEnsembles(message: NoEnsembles): Uint8Array {
	return encode((w) => {
		writeVersionAndType(w, PREKEY_MESSAGE_TYPE.noEnsembles);
		writeTag(w, message.receiverTag);
		w.variable(utf8(message.identity)).variable(utf8(message.note));
	});
}

export function readNoEnsembles(r: Reader): NoEnsembles {
	readVersionAndType(r, PREKEY_MESSAGE_TYPE.noEnsembles);
	return {
		type: "no-ensembles",
		receiverTag: readTag(r),
		identity: readIdentity(r),
		note: readText(r, NO_PREKEY_NOTE_MAX_BYTES),
	};
}
