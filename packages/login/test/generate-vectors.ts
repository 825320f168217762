import { mkdirSync, writeFileSync } from "node:fs";
import { PASSWORD_VECTORS, passwordVectorText } from "./password-vectors.ts";
import { VECTORS, vectorText } from "./vectors.ts";

/** Writes `vectors/login/`, the same bytes every time. */
mkdirSync(new URL(".", VECTORS), { recursive: true });
writeFileSync(VECTORS, vectorText());
writeFileSync(PASSWORD_VECTORS, passwordVectorText());
