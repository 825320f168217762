/** The name of the SASL mechanism, and of the protocol in everything that is hashed. */
export const MECHANISM = "CLOWDER-DH-1";

/** Of each side, fresh for each exchange. */
export const NONCE_BYTES = 32;
/** A whole HMAC-SHA-512. */
export const PROOF_BYTES = 64;
/** What a user has kept, from which the login keys are derived. */
export const USER_SECRET_BYTES = 32;
/** 160 bits of a hash: only a second preimage would be of use, and that costs 2^160. */
export const ACCOUNT_HASH_BYTES = 20;

/** A domain, in UTF-8 (RFC 7622 section 3.2). */
export const HOST_MAX_BYTES = 1023;
/** Mechanisms that a server may offer. */
export const MECHANISMS_MAX_COUNT = 64;
/** The longest message of the exchange, in characters. */
export const MESSAGE_MAX_CHARACTERS = 256;
/** What names a TLS channel: 32 bytes of an exporter, or a certificate's hash of at most 64. */
export const CHANNEL_MAX_BYTES = 64;

/** The name of the protocol for servers whose SASL cannot be extended (`spec/login-by-key-password.md`). */
export const PASSWORD_PROTOCOL = "CLOWDER-DH-PASSWORD-1";
/** Names a window's key: the two latest are taken (KEYPASS-3). */
export const WINDOW_ID_BYTES = 16;
/** The longest text that a server publishes for a window, in bytes. */
export const PUBLISHED_MAX_BYTES = 256;
