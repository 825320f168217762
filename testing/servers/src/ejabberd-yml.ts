/** What goes into the configuration. */
export interface YmlOptions {
	readonly domain: string;
	readonly tcpPort: number;
	readonly httpPort: number;
	/** Of the WebSocket. */
	readonly path: string;
	readonly yml?: string;
	readonly modules?: Readonly<Record<string, string>>;
	readonly handlers?: Readonly<Record<string, string>>;
	readonly registration?: boolean;
	readonly shaped?: boolean;
}

/** The modules of Debian's configuration that clients notice. */
const STOCK_MODULES: Readonly<Record<string, string>> = {
	mod_adhoc: "{}",
	mod_admin_extra: "{}",
	mod_avatar: "{}",
	mod_blocking: "{}",
	mod_caps: "{}",
	mod_carboncopy: "{}",
	mod_client_state: "{}",
	mod_disco: "{}",
	mod_fail2ban: "{}",
	mod_last: "{}",
	mod_muc: "{ access: [allow], access_create: local, access_persistent: local, default_room_options: { mam: true } }",
	mod_muc_admin: "{}",
	mod_offline: "{}",
	mod_ping: "{}",
	mod_pres_counter: "{ count: 5, interval: 60 }",
	mod_privacy: "{}",
	mod_private: "{}",
	mod_pubsub: "{ access_createnode: local, plugins: [flat, pep] }",
	mod_push: "{}",
	mod_push_keepalive: "{}",
	mod_roster: "{ versioning: true }",
	mod_stream_mgmt: "{ resend_on_timeout: if_offline }",
	mod_vcard: "{ search: false }",
	mod_vcard_xupdate: "{}",
	mod_version: "{}",
};

/**
 * Debian's configuration as far as clients notice it, its limits as shipped (`normal`: 3,000 bytes a second after a burst of
 * 20,000; stanzas of 256 KiB), on loopback and without TLS, servers, telephony and administration by web.
 */
export function ejabberdYml(options: YmlOptions): string {
	const { domain, tcpPort, httpPort, path, registration = true, shaped = true, yml = "" } = options;
	const registering = registration ? { mod_register: "{ ip_access: all }" } : {};
	const modules = { ...STOCK_MODULES, ...registering, ...options.modules };
	const handlers = { [path]: "ejabberd_http_ws", ...options.handlers };
	return `
loglevel: warning
hosts: ["${domain}"]
listen:
  - port: ${tcpPort}
    ip: "127.0.0.1"
    module: ejabberd_c2s
    max_stanza_size: 262144
    shaper: c2s_shaper
    access: c2s
  - port: ${httpPort}
    ip: "127.0.0.1"
    module: ejabberd_http
    request_handlers:
${lines(handlers, 6)}
disable_sasl_mechanisms: ["digest-md5", "X-OAUTH2"]
auth_password_format: scram
acl:
  local: { user_regexp: "" }
  loopback: { ip: ["127.0.0.0/8"] }
access_rules:
  local: { allow: local }
  c2s: { deny: blocked, allow: all }
  muc_create: { allow: local }
shaper:
  normal: { rate: 3000, burst_size: 20000 }
  fast: 200000
shaper_rules:
  max_user_sessions: 10
  max_user_offline_messages: { 100: all }
  c2s_shaper: { ${shaped ? "normal" : "none"}: all }
  s2s_shaper: fast
# Ten minutes by default between two accounts from one address, which here is everyone's.
registration_timeout: infinity
modules:
${lines(modules, 2)}
${yml}
`;
}

function lines(of: Readonly<Record<string, string>>, indent: number): string {
	return Object.entries(of)
		.map(([name, value]) => `${" ".repeat(indent)}${name}: ${value}`)
		.join("\n");
}
