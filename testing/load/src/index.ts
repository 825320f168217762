/** Load runs; `npm run load` is the command. */
export { HELP, type LoadOptions, readOptions } from "./options.ts";
export { type LoadFigures, runLoad } from "./run.ts";
export { table } from "./table.ts";
