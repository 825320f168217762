/** `npm run reach`: whether a server is there, and what it can do for rooms. */
export { HELP, type ReachOptions, readOptions } from "./options.ts";
export { reach, type Reached } from "./reach.ts";
export { report } from "./report.ts";
