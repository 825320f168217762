/**
 * Where another implementation reads the specification otherwise and would not talk to us, what it does is an explicit
 * setting (spec/otrv4-notes.md). `specification` is the default; `otr4j` is as otr4j 0.60 does it.
 */
export type Reading = "specification" | "otr4j";
