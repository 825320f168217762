/** XML namespaces, by the document that defines them. */
export const NS = {
	client: "jabber:client",
	streams: "http://etherx.jabber.org/streams",
	streamErrors: "urn:ietf:params:xml:ns:xmpp-streams",
	stanzaErrors: "urn:ietf:params:xml:ns:xmpp-stanzas",
	sasl: "urn:ietf:params:xml:ns:xmpp-sasl",
	bind: "urn:ietf:params:xml:ns:xmpp-bind",
	session: "urn:ietf:params:xml:ns:xmpp-session",
	/** RFC 7395 */
	framing: "urn:ietf:params:xml:ns:xmpp-framing",
	roster: "jabber:iq:roster",
	/** XEP-0004 */
	dataForm: "jabber:x:data",
	/** XEP-0030 */
	discoInfo: "http://jabber.org/protocol/disco#info",
	discoItems: "http://jabber.org/protocol/disco#items",
	/** XEP-0045 */
	muc: "http://jabber.org/protocol/muc",
	mucUser: "http://jabber.org/protocol/muc#user",
	mucOwner: "http://jabber.org/protocol/muc#owner",
	mucAdmin: "http://jabber.org/protocol/muc#admin",
	mucRoomConfig: "http://jabber.org/protocol/muc#roomconfig",
	mucSelfPing: "http://jabber.org/protocol/muc#self-ping-optimization",
	/** XEP-0077 */
	register: "jabber:iq:register",
	registerFeature: "http://jabber.org/features/iq-register",
	/** XEP-0092 */
	version: "jabber:iq:version",
	/** XEP-0085 */
	chatStates: "http://jabber.org/protocol/chatstates",
	/** XEP-0160 */
	offline: "msgoffline",
	/** XEP-0191 */
	blocking: "urn:xmpp:blocking",
	blockingErrors: "urn:xmpp:blocking:errors",
	/** XEP-0280 */
	carbons: "urn:xmpp:carbons:2",
	/** XEP-0297 */
	forward: "urn:xmpp:forward:0",
	/** XEP-0334 */
	hints: "urn:xmpp:hints",
	/** XEP-0198 */
	streamManagement: "urn:xmpp:sm:3",
	/** XEP-0199 */
	ping: "urn:xmpp:ping",
	/** XEP-0203 */
	delay: "urn:xmpp:delay",
	/** XEP-0359 */
	stanzaId: "urn:xmpp:sid:0",
	/** XEP-0421 */
	occupantId: "urn:xmpp:occupant-id:0",
} as const;
