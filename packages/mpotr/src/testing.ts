/** What tests of other packages may look into; no application imports it. */
export type { FoldState } from "./fold/state.ts";
export { inspectFold } from "./participant/participant.ts";
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
