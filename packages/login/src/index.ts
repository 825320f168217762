/** Login to a server by proving a key, deniably: the SASL mechanism CLOWDER-DH-1 (`spec/login-by-key.md`, LOGIN-*). */
export { accountName, type AccountName, isAccountName } from "./account-name.ts";
export { CHANNEL_KINDS, type ChannelKind, type Channels } from "./channel.ts";
export { type ClientAnswer, type ClientHello, type ClientInputs, startLogin } from "./client.ts";
export type { LoginError } from "./error.ts";
export { type LoginHost, loginHost } from "./host.ts";
export { keyPassword, type KeyPassword, type KeyPasswordInputs } from "./key-password.ts";
export { MECHANISM, NONCE_BYTES, PASSWORD_PROTOCOL, PUBLISHED_MAX_BYTES, USER_SECRET_BYTES } from "./limits.ts";
export { type LoginKey, loginKey, throwawayLoginKey } from "./login-key.ts";
export {
	challengeLogin,
	type LoggedIn,
	type ServerChallenge,
	type ServerInputs,
	type ServerRandomness,
} from "./server.ts";
