/** Namespaces of publish-subscribe (XEP-0060) and of what a client says it can do (XEP-0115). */
export const PUBSUB = {
	pubsub: "http://jabber.org/protocol/pubsub",
	owner: "http://jabber.org/protocol/pubsub#owner",
	event: "http://jabber.org/protocol/pubsub#event",
	errors: "http://jabber.org/protocol/pubsub#errors",
	nodeConfig: "http://jabber.org/protocol/pubsub#node_config",
	publishOptions: "http://jabber.org/protocol/pubsub#publish-options",
	metaData: "http://jabber.org/protocol/pubsub#meta-data",
	caps: "http://jabber.org/protocol/caps",
} as const;

/** What of XEP-0060 an account can do, as its section 10 names it. */
export const PUBSUB_FEATURES: readonly string[] = [
	"access-open",
	"access-presence",
	"access-whitelist",
	"auto-create",
	"auto-subscribe",
	"config-node",
	"config-node-max",
	"create-and-configure",
	"create-nodes",
	"delete-items",
	"delete-nodes",
	"filtered-notifications",
	"item-ids",
	"last-published",
	"meta-data",
	"modify-affiliations",
	"multi-items",
	"persistent-items",
	"presence-subscribe",
	"publish",
	"publish-options",
	"purge-nodes",
	"retrieve-default",
	"retrieve-items",
].map((feature) => `${PUBSUB.pubsub}#${feature}`);
