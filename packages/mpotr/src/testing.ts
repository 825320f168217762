/** What tests of other packages may look into; no application imports it. */
export type { FoldState } from "./fold/state.ts";
export type { Taken } from "./participant/log.ts";
export { inspectFold, inspectRepairs } from "./participant/participant.ts";
export type { Repairs } from "./participant/repairs.ts";
export {
	type Header,
	NO_CONTEXT,
	type ParsedMessage,
	parseMessage,
	signMessage,
	type VerifiedMessage,
	verifyMessage,
} from "./wire/envelope.ts";
export type * from "./wire/messages.ts";
