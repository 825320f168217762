export { type Ejabberd, ejabberdMissing, type EjabberdOptions, startEjabberd } from "./ejabberd.ts";
export { type FederatedServer, type Federation, federationMissing, startFederation } from "./federation.ts";
export { type MadeCertificate, makeCertificate } from "./certificate.ts";
export { type Ircd, inspircdMissing, type Manner, ngircdMissing, startInspircd, startNgircd } from "./ircd.ts";
export { Line } from "./line.ts";
export { type Nginx, nginxMissing, startNginx } from "./nginx.ts";
export { ended, freePort, listening, missing } from "./program.ts";
export { type Prosody, prosodyMissing, type ProsodyOptions, startProsody } from "./prosody.ts";
export { type SocksRequest, SocksServer } from "./socks-server.ts";
