export type * from "./api.ts";
export { MAX_PARTICIPANTS, MAX_TEXT_BYTES } from "./limits.ts";
export { NICKNAME_MAX_BYTES, nicknameSkeleton, parseNickname } from "./nickname.ts";
export { createParticipant } from "./participant/participant.ts";
export { DEFAULT_TIMING } from "./timing.ts";
