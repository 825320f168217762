declare const brand: unique symbol;

/** A type that differs from its base in the checker only, so that a key cannot be passed where a hash is due. */
export type Branded<Base, Name extends string> = Base & { readonly [brand]: Name };

/** Bytes that stand for one thing only, named by `Name`. */
export type Bytes<Name extends string> = Branded<Uint8Array, Name>;
