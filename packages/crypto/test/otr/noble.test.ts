import { otrNoblePrimitives } from "@clowder/crypto/otr-noble";
import { otrConformance } from "./conformance.ts";

otrConformance(otrNoblePrimitives);
