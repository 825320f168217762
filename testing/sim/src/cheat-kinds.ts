/** The ways in which a member may cheat, by name. */
export const CHEATS: readonly string[] = ["withhold-share"];
