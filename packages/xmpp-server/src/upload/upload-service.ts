import type { Identity } from "../disco.ts";
import type { IqOutcome, IqRequest, IqService } from "../iq-service.ts";
import { writeForm } from "../data-form.ts";
import { type Element, element } from "../xml.ts";
import { typeCode } from "./content-types.ts";
import type { UploadsEndpoint } from "./endpoint.ts";
import { UPLOAD_FILENAME_BYTES } from "./limits.ts";
import type { GrantError } from "./slots.ts";

/** XEP-0363 */
export const UPLOAD_NS = "urn:xmpp:http:upload:0";

/** Gives slots for files to accounts, once the caller serves files. `spec/xmpp-server-upload.md`. */
export class UploadService implements IqService {
	readonly accountFeatures: readonly string[] = [];
	#endpoint: UploadsEndpoint | undefined;

	/** From now on there is somewhere to put files. */
	serve(endpoint: UploadsEndpoint): void {
		this.#endpoint = endpoint;
	}

	get serverFeatures(): readonly string[] {
		return this.#endpoint === undefined ? [] : [UPLOAD_NS];
	}

	get serverIdentities(): readonly Identity[] {
		return this.#endpoint === undefined ? [] : [{ category: "store", type: "file", name: "Files" }];
	}

	get serverForms(): readonly Element[] {
		if (this.#endpoint === undefined) return [];
		const value = String(this.#endpoint.fileBytesMax);
		return [writeForm("result", UPLOAD_NS, [{ name: "max-file-size", type: "text-single", value }])];
	}

	/** UPLOAD-1: asked by a session, of the server; the account is the one that it logged in as. */
	answer({ session, payload, type, account }: IqRequest): IqOutcome | undefined {
		if (payload.ns !== UPLOAD_NS || this.#endpoint === undefined || account !== undefined) return undefined;
		if (type !== "get" || payload.name !== "request") return { type: "error", condition: "bad-request" };
		const { filename, size } = payload.attrs;
		if (!isFileName(filename) || !/^[1-9]\d{0,14}$/.test(size ?? ""))
			return { type: "error", condition: "bad-request" };
		const wanted = typeCode(payload.attrs["content-type"]);
		const given = this.#endpoint.give(session, filename, Number(size), wanted);
		if (given === undefined) return { type: "error", condition: "service-unavailable" };
		if (!given.ok) return refusal(given.error);
		const { url, authorization } = given.value;
		const header = element("header", UPLOAD_NS, { name: "Authorization" }, [authorization]);
		const slot = [element("put", UPLOAD_NS, { url }, [header]), element("get", UPLOAD_NS, { url })];
		return { type: "result", payload: element("slot", UPLOAD_NS, {}, slot) };
	}
}

function isFileName(name: string | undefined): name is string {
	return name !== undefined && name !== "" && Buffer.byteLength(name) <= UPLOAD_FILENAME_BYTES;
}

/** XEP-0363 section 5. */
function refusal(error: GrantError): IqOutcome {
	if (error.kind === "too-large") {
		const most = element("max-file-size", UPLOAD_NS, {}, [String(error.bytesMax)]);
		return { type: "error", condition: "not-acceptable", detail: element("file-too-large", UPLOAD_NS, {}, [most]) };
	}
	const stamp = new Date(error.until).toISOString().replace(/\.\d{3}/, "");
	return { type: "error", condition: "resource-constraint", detail: element("retry", UPLOAD_NS, { stamp }) };
}
