export { type Certificate, type CertificateError, describeCertificateError, readCertificate } from "./certificate.ts";
export type { HttpRoomsListener, HttpRoomsOptions } from "./http-rooms/endpoint.ts";
export { DEFAULT_LIMITS, type ServerLimits } from "./limits.ts";
export {
	createXmppServer,
	type ServerError,
	type TcpOptions,
	type XmppServer,
	type XmppServerOptions,
} from "./server.ts";
export type { RefusalKind, Traffic } from "./meter.ts";
export { limitKey, PerMinute } from "./rate.ts";
export type { CoreCounts } from "./server-core.ts";
export type { Tap } from "./tcp.ts";
export { openStorage } from "./storage/open-storage.ts";
export type { Storage } from "./storage/storage.ts";
export { describeStorageError, type StorageError } from "./storage/storage-error.ts";
export { originAllowed, type WebSocketOptions } from "./websocket.ts";
export type { UploadsListener, UploadsOptions } from "./upload/endpoint.ts";
