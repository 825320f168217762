/** Bytes of a question in UTF-8. The specification names no limit; people are to read it in one sight. */
export const SMP_QUESTION_BYTES_MAX = 4096;
/** Bytes of what a user types as the secret, in UTF-8. */
export const SMP_SECRET_BYTES_MAX = 4096;

/** `Fingerprint` of otrv4.md. */
export const FINGERPRINT_BYTES = 56;
/** `SSID` of otrv4.md. */
export const SSID_BYTES = 8;
