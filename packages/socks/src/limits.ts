/** From asking the proxy to being connected to the server: a circuit of Tor's to an onion service may take this long. */
export const CONNECT_MS = 60_000;
/** 128 bits each, in hexadecimal: nobody else's name and password by chance. */
export const ISOLATION_BYTES = 16;
/** RFC 1929: each of name and password has one byte for its length. */
export const CREDENTIAL_MAX_BYTES = 255;
