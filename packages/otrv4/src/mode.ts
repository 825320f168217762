/**
 * "OTRv4 Modes": `otrv3-compatible` takes part in conversations that may be plaintext or of version 3 (which is left to
 * another library); `standalone` is always encrypted; `interactive-only` besides has no offline conversations.
 */
export type Mode = "otrv3-compatible" | "standalone" | "interactive-only";
