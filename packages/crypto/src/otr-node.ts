import { nodeBackend } from "./otr/node-backend.ts";
import { otrPrimitivesOf } from "./otr/of-backend.ts";
import type { OtrPrimitives } from "./otr/primitives.ts";

/**
 * What OTRv4 computes with, by OpenSSL by way of `node:crypto`, where it has it. Keys of this and of
 * `@clowder/crypto/otr-noble` may be used with each other.
 */
export const otrNodePrimitives: OtrPrimitives = otrPrimitivesOf(nodeBackend);
