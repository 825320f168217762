import { generatedVectors } from "./generated-vectors.ts";
import { writeVectorText } from "./vectors.ts";

for (const [name, text] of generatedVectors()) writeVectorText(name, text);
