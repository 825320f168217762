import { otrNodePrimitives } from "@clowder/crypto/otr-node";
import { otrConformance } from "./conformance.ts";

otrConformance(otrNodePrimitives);
