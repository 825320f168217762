import { nodePrimitives } from "@clowder/crypto/node";
import { conformanceSuite } from "./conformance.ts";

conformanceSuite(nodePrimitives);
