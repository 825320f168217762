import { discoInfo, discoItems } from "./disco.ts";
import type { MucRoom, Occupant } from "./muc-room.ts";
import { NS } from "./namespaces.ts";
import type { IqAnswer, StanzaCondition } from "./stanza.ts";
import { child, childElements, type Element, element, textOf } from "./xml.ts";

const SERVICE_FEATURES: readonly string[] = [NS.muc, NS.ping, NS.occupantId];
const ROOM_FEATURES: readonly string[] = [
	NS.muc,
	"muc_hidden",
	"muc_open",
	"muc_semianonymous",
	"muc_temporary",
	"muc_unmoderated",
	"muc_unsecured",
	NS.stanzaId,
	NS.occupantId,
	NS.mucSelfPing,
	NS.ping,
];

function refused(condition: StanzaCondition): IqAnswer {
	return { type: "error", condition };
}

/** To the service itself. Its rooms are not listed: whoever knows a name may come, nobody else learns of it. */
export function answerForService(request: Element, type: string | undefined): IqAnswer {
	if (type !== "get") return refused("service-unavailable");
	switch (request.ns) {
		case NS.discoInfo:
			return {
				type: "result",
				payload: discoInfo([{ category: "conference", type: "text", name: "Rooms" }], SERVICE_FEATURES),
			};
		case NS.discoItems:
			return { type: "result", payload: discoItems([]) };
		case NS.ping:
			return { type: "result" };
		default:
			return refused("service-unavailable");
	}
}

/** To a room. SERVER-8: only those inside learn who is in it. */
export function answerForRoom(
	room: MucRoom,
	asker: Occupant | undefined,
	request: Element,
	type: string | undefined,
): IqAnswer {
	switch (request.ns) {
		case NS.discoInfo: {
			if (type !== "get" || request.attrs["node"] !== undefined) return refused("service-unavailable");
			const name = room.jid.slice(0, room.jid.indexOf("@"));
			return { type: "result", payload: discoInfo([{ category: "conference", type: "text", name }], ROOM_FEATURES) };
		}
		case NS.discoItems: {
			if (type !== "get") return refused("service-unavailable");
			const nicks = asker === undefined ? [] : room.nicks;
			return { type: "result", payload: discoItems(nicks.map((nick) => ({ jid: `${room.jid}/${nick}` }))) };
		}
		case NS.ping:
			return asker === undefined ? refused("not-acceptable") : { type: "result" };
		case NS.mucOwner:
			return asker?.affiliation === "owner" ? configure(request, type) : refused("forbidden");
		case NS.mucAdmin:
			// Nobody here has power over others: clients mute for themselves.
			return refused("not-allowed");
		default:
			return refused("service-unavailable");
	}
}

/**
 * XEP-0045 section 10: a new room works at once and has nothing to set. The form is there for clients that ask, and
 * a wish in it that cannot be granted is refused and not ignored.
 */
function configure(request: Element, type: string | undefined): IqAnswer {
	if (type === "get") return { type: "result", payload: configurationForm() };
	const form = child(request, "x", NS.dataForm);
	if (form === undefined) return refused(child(request, "destroy", NS.mucOwner) ? "not-allowed" : "bad-request");
	if (form.attrs["type"] === "cancel") return { type: "result" };
	if (form.attrs["type"] !== "submit") return refused("bad-request");
	const wishes = childElements(form).some((field) => {
		if (field.name !== "field") return true;
		const value = child(field, "value", NS.dataForm);
		return field.attrs["var"] !== "FORM_TYPE" || value === undefined || textOf(value) !== NS.mucRoomConfig;
	});
	return wishes ? refused("not-acceptable") : { type: "result" };
}

function configurationForm(): Element {
	const formType = element("field", NS.dataForm, { var: "FORM_TYPE", type: "hidden" }, [
		element("value", NS.dataForm, {}, [NS.mucRoomConfig]),
	]);
	return element("query", NS.mucOwner, {}, [
		element("x", NS.dataForm, { type: "form" }, [
			element("instructions", NS.dataForm, {}, ["This room is ready; there is nothing to configure."]),
			formType,
		]),
	]);
}
