/**
 * How much a line matters: `error` what an operator has to do something about, `notice` what happened, `detail` each
 * refusal by itself.
 */
export type LogLevel = "error" | "notice" | "detail";

/** HOST-7: takes one line for people. Never a client's address, a name or a room. */
export type Log = (level: LogLevel, line: string) => void;
