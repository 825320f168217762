import { recordCorpus } from "./fuzz-corpus.ts";
import { suiteOf } from "./support/place.ts";

// Writes test/corpus anew, from rooms that are played from fixed seeds.
for (const id of [1, 2] as const) recordCorpus(suiteOf(id));
