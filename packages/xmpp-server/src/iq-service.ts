import type { Identity } from "./disco.ts";
import type { Session } from "./session.ts";
import type { IqAnswer } from "./stanza.ts";
import type { Element } from "./xml.ts";

/** An IQ get or set that the server answers itself. */
export interface IqRequest {
	/** Who asks. */
	readonly session: Session;
	readonly iq: Element;
	/** The IQ's one child. */
	readonly payload: Element;
	readonly type: "get" | "set";
	/** The account that is asked, for which the server answers (RFC 6121 section 8.5.2); undefined: the server itself. */
	readonly account: string | undefined;
	readonly now: number;
	/** Counts a registration or a change of password against the asker's address. */
	readonly allowRegistration: () => boolean;
}

/** What an answer may need besides: something to do once it has been sent. */
export type IqOutcome = IqAnswer & { readonly afterwards?: () => void };

/** A part of the server that answers IQs: the router asks each in turn. */
export interface IqService {
	/** What disco#info says of the server because of it (XEP-0030). */
	readonly serverFeatures: readonly string[];
	/** What disco#info says of an account because of it. */
	readonly accountFeatures: readonly string[];
	/** What the server is because of it, besides a server. */
	readonly serverIdentities?: readonly Identity[];
	/** What disco#info says of the server in forms because of it (XEP-0128). */
	readonly serverForms?: readonly Element[];
	/** What an account is because of it, besides an account. */
	readonly accountIdentities?: readonly Identity[];
	/** Whether it answers for an account those who are not that account; others are not asked then. */
	readonly answersOthers?: boolean;
	/** Undefined where the request is not for this service. */
	answer(request: IqRequest): IqOutcome | undefined;
}
