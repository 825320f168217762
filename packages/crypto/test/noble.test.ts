import { noblePrimitives } from "@clowder/crypto/noble";
import { conformanceSuite } from "./conformance.ts";

conformanceSuite(noblePrimitives);
