import { mkdirSync, writeFileSync } from "node:fs";
import { VECTORS, vectorText } from "./vectors.ts";

/** Writes `vectors/login/`, the same bytes every time. */
mkdirSync(new URL(".", VECTORS), { recursive: true });
writeFileSync(VECTORS, vectorText());
