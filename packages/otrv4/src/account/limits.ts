/** How long before its end a profile is made anew: a day, of the week that it lives. */
export const PROFILE_RENEWAL_SECONDS: number = 24 * 60 * 60;
/** How many prekey messages are kept whose use is still awaited; more than this are not made. Some 140 bytes each. */
export const PREKEY_MESSAGES_MAX = 1000;
/** How many profiles of ours are kept: the newest, and those that others may still write to us by. */
export const PROFILES_KEPT_MAX = 3;
