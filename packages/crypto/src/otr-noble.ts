import { nobleBackend } from "./otr/noble-backend.ts";
import { otrPrimitivesOf } from "./otr/of-backend.ts";
import type { OtrPrimitives } from "./otr/primitives.ts";

/** What OTRv4 computes with, in JavaScript alone: for browsers, and wherever `@clowder/crypto/otr-node` cannot run. */
export const otrNoblePrimitives: OtrPrimitives = otrPrimitivesOf(nobleBackend);
