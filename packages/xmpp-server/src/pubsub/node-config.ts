import { err, ok, type Result } from "@clowder/bytes";
import type { Field } from "../data-form.ts";

export const ACCESS_MODELS = ["open", "presence", "whitelist"] as const;
export type AccessModel = (typeof ACCESS_MODELS)[number];

const SEND_LAST = ["never", "on_sub_and_presence"] as const;

/** How a node behaves (XEP-0060 section 16.4.4), as far as it can be chosen. */
export interface NodeConfig {
	readonly accessModel: AccessModel;
	readonly persistItems: boolean;
	readonly maxItems: number;
	/** Whether who becomes available is sent the last item. */
	readonly sendLastPublishedItem: (typeof SEND_LAST)[number];
	readonly notifyRetract: boolean;
	readonly notifyDelete: boolean;
}

/** What a node is where nothing is said (XEP-0163 section 3: only contacts see it, one item). */
export const DEFAULT_CONFIG: NodeConfig = {
	accessModel: "presence",
	persistItems: true,
	maxItems: 1,
	sendLastPublishedItem: "on_sub_and_presence",
	notifyRetract: true,
	notifyDelete: true,
};

/** What cannot be chosen: clients may say so, and nothing else. */
const FIXED: Readonly<Record<string, string>> = {
	"pubsub#publish_model": "publishers",
	"pubsub#node_type": "leaf",
	"pubsub#deliver_payloads": "1",
	"pubsub#deliver_notifications": "1",
	"pubsub#notification_type": "headline",
};

export function configFields(config: NodeConfig): readonly Field[] {
	const yesNo = (value: boolean): string => (value ? "1" : "0");
	return [
		{ name: "pubsub#access_model", type: "list-single", value: config.accessModel, options: ACCESS_MODELS },
		{ name: "pubsub#persist_items", type: "boolean", value: yesNo(config.persistItems) },
		{ name: "pubsub#max_items", type: "text-single", value: String(config.maxItems) },
		{
			name: "pubsub#send_last_published_item",
			type: "list-single",
			value: config.sendLastPublishedItem,
			options: SEND_LAST,
		},
		{ name: "pubsub#notify_retract", type: "boolean", value: yesNo(config.notifyRetract) },
		{ name: "pubsub#notify_delete", type: "boolean", value: yesNo(config.notifyDelete) },
		{ name: "pubsub#publish_model", type: "list-single", value: "publishers", options: ["publishers"] },
	];
}

/** The configuration with these wishes in it; the error is the name of a field that cannot be had. */
export function configured(
	base: NodeConfig,
	wishes: ReadonlyMap<string, string>,
	itemsMax: number,
): Result<NodeConfig, string> {
	let config = base;
	for (const [name, value] of wishes) {
		const next = withField(config, name, value, itemsMax);
		if (next === undefined) return err(name);
		config = next;
	}
	return ok(config);
}

export function sameConfig(a: NodeConfig, b: NodeConfig): boolean {
	return (Object.keys(DEFAULT_CONFIG) as (keyof NodeConfig)[]).every((key) => a[key] === b[key]);
}

function withField(config: NodeConfig, name: string, value: string, itemsMax: number): NodeConfig | undefined {
	const yes = readBoolean(value);
	switch (name) {
		case "pubsub#access_model": {
			const accessModel = ACCESS_MODELS.find((known) => known === value);
			return accessModel && { ...config, accessModel };
		}
		case "pubsub#max_items": {
			const maxItems = readCount(value, itemsMax);
			return maxItems === undefined ? undefined : { ...config, maxItems };
		}
		case "pubsub#send_last_published_item": {
			const sendLastPublishedItem = SEND_LAST.find((known) => known === value);
			return sendLastPublishedItem && { ...config, sendLastPublishedItem };
		}
		case "pubsub#persist_items":
			return yes === undefined ? undefined : { ...config, persistItems: yes };
		case "pubsub#notify_retract":
			return yes === undefined ? undefined : { ...config, notifyRetract: yes };
		case "pubsub#notify_delete":
			return yes === undefined ? undefined : { ...config, notifyDelete: yes };
		default:
			return Object.hasOwn(FIXED, name) && isFixed(FIXED[name], value) ? config : undefined;
	}
}

function isFixed(fixed: string | undefined, value: string): boolean {
	return value === fixed || (fixed === "1" && value === "true");
}

function readBoolean(value: string): boolean | undefined {
	if (value === "1" || value === "true") return true;
	return value === "0" || value === "false" ? false : undefined;
}

/** At least 1; `max` is as many as there may be (XEP-0060 section 16.4.4). */
function readCount(value: string, most: number): number | undefined {
	if (value === "max") return most;
	const count = /^\d{1,9}$/.test(value) ? Number(value) : 0;
	return count >= 1 && count <= most ? count : undefined;
}
