import type { Catalogue } from "./catalogue.ts";
import { entry } from "./en/entry.ts";
import { room } from "./en/room.ts";
import { timeline } from "./en/timeline.ts";
import { protection } from "./en/protection.ts";
import { grammar } from "./grammar.ts";

/** English. */
export const en: Catalogue = { grammar: grammar("en-GB"), ...entry, ...room, ...timeline, ...protection };
