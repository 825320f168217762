/** `length` fresh random bytes from a cryptographic generator (in tests: seeded). */
export type Random = (length: number) => Uint8Array;
