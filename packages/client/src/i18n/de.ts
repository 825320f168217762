import type { Catalogue } from "./catalogue.ts";
import { entry } from "./de/entry.ts";
import { room } from "./de/room.ts";
import { timeline } from "./de/timeline.ts";
import { protection } from "./de/protection.ts";
import { grammar } from "./grammar.ts";

/** German. */
export const de: Catalogue = { grammar: grammar("de"), ...entry, ...room, ...timeline, ...protection };
