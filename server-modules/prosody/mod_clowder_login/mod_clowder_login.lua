-- Login by proving a key: the SASL mechanism CLOWDER-DH-1 (spec/login-by-key.md), beside what the host offers without.
-- Accounts come with their keys: the first login makes one. How to install it, and its options: README.md.

local st = require "util.stanza";
local new_cache = require "util.cache".new;
local new_throttle = require "util.throttle".create;
local random = require "util.random".bytes;
local base64 = require "util.encodings".base64;
local usermanager = require "core.usermanager";
local limit_key = module:require "limit_key";
local exchange = module:require "exchange" (module:require "x25519");

local MECHANISM <const> = exchange.MECHANISM;
local XMLNS_SASL <const> = "urn:ietf:params:xml:ns:xmpp-sasl";
local SECRET_BYTES <const> = 32;
local NONCE_BYTES <const> = 32;
local PASSWORD_BYTES <const> = 33;
-- RFC 9266.
local EXPORTER_LABEL <const> = "EXPORTER-Channel-Binding";
local EXPORTER_BYTES <const> = 32;
local PERIOD_SECONDS <const> = 60;
local ADDRESSES_MAX_COUNT <const> = 10000;

local failures_max = module:get_option_number("clowder_login_failures_per_minute", 60);
local firsts_max = module:get_option_number("clowder_login_firsts_per_minute", 120);
local requires_encryption = module:get_option_boolean("c2s_require_encryption",
	module:get_option_boolean("require_encryption", true));
local disabled = module:get_option_set("disable_sasl_mechanisms", {});
local insecure = module:get_option_set("insecure_sasl_mechanisms", {});
-- Such a host keeps nothing of anyone, and so no account.
local keeps_accounts = module:get_option_string("authentication", "internal_hashed") ~= "anonymous";

-- Registrations have limits of the host's, which first logins share.
pcall(function () module:depends("register_limits"); end);

-- LOGIN-10: what one address may do in a minute; of addresses too many, the longest silent ones are forgotten.
local function per_address(max)
	local throttles = new_cache(ADDRESSES_MAX_COUNT);
	return function (session)
		local key = limit_key(session.ip);
		local throttle = throttles:get(key) or new_throttle(max, PERIOD_SECONDS);
		throttles:set(key, throttle);
		return throttle;
	end;
end
local failures_of, firsts_of = per_address(failures_max), per_address(firsts_max);

-- LOGIN-6: the channel of TLS that ends here. Over WebSocket and BOSH there is none that a page could know, and what
-- RFC 9266 asks of TLS 1.2 LuaSec does not tell.
local function channels_of(session)
	if not session.encrypted or not session.conn or session.websocket_request or session.bosh_version then return {}; end
	local socket = session.conn.socket and session.conn:socket();
	if not socket or not socket.exportkeyingmaterial then return {}; end
	if socket:info("protocol") ~= "TLSv1.3" then return {}; end
	return { ["tls-exporter"] = socket:exportkeyingmaterial(EXPORTER_LABEL, EXPORTER_BYTES, "") };
end

-- LOGIN-9, LOGIN-10: makes the account at the first login. Returns nothing, or the condition of the failure.
local function ensure_account(session, username)
	local host = module.host;
	if not keeps_accounts or usermanager.user_exists(username, host) then return; end
	if not firsts_of(session):poll(1) then
		return "temporary-auth-failure", "Too many first logins from this address";
	end
	local asked = { username = username, host = host, ip = session.ip, session = session, allowed = true,
		clowder_login = true };
	module:fire_event("user-registering", asked);
	if not asked.allowed then
		local kind = asked.error and asked.error.type or asked.error_type;
		return kind == "wait" and "temporary-auth-failure" or "not-authorized", "This server makes no account for you";
	end
	-- A password that nobody knows, rather than none: providers take an account without one for a broken one.
	local created, err = usermanager.create_user(username, base64.encode(random(PASSWORD_BYTES)), host);
	if not created then
		module:log("error", "Could not make an account: %s", err);
		return "temporary-auth-failure";
	end
	module:fire_event("user-registered", { username = username, host = host, source = "mod_clowder_login",
		session = session });
end

-- One try of one stream's, in the form in which mod_saslauth takes what its provider makes.
local handler = {};
handler.__index = handler;

local function new_handler(session)
	return setmetatable({ session = session, realm = module.host }, handler);
end

function handler:clean_clone()
	return new_handler(self.session);
end

function handler:mechanisms() -- luacheck: ignore 212/self
	return { [MECHANISM] = true };
end

function handler:select(mechanism)
	self.selected = mechanism == MECHANISM and mechanism or nil;
	return self.selected ~= nil;
end

function handler:process(message)
	if type(message) ~= "string" then return "failure", "malformed-request"; end
	if not self.judge then return self:challenge(message); end
	local username, answer = self.judge(message);
	if not username then
		return "failure", answer == "malformed" and "malformed-request" or "not-authorized";
	end
	local condition, text = ensure_account(self.session, username);
	if condition then return "failure", condition, text; end
	local throttle = failures_of(self.session);
	throttle.balance = math.min(throttle.max, throttle.balance + 1);
	self.username = username;
	return "success", answer;
end

-- Each one counts as a failure until it is none.
function handler:challenge(message)
	local session = self.session;
	if not failures_of(session):poll(1) then
		return "failure", "temporary-auth-failure", "Too many logins without success from this address";
	end
	local challenge, judge = exchange.begin(self.realm, session.clowder_login_offered, channels_of(session), message,
		random(SECRET_BYTES), random(NONCE_BYTES));
	if not challenge then return "failure", "malformed-request"; end
	self.judge = judge;
	return "challenge", challenge;
end

-- After mod_saslauth: what it has put into the features is what the proofs cover.
module:hook("stream-features", function (event)
	local session, features = event.origin, event.features;
	session.clowder_login_offered = nil;
	if session.type ~= "c2s_unauthed" or session.username then return; end
	if disabled:contains(MECHANISM) then return; end
	if not session.secure and (requires_encryption or insecure:contains(MECHANISM)) then return; end
	local mechanisms = features:get_child("mechanisms", XMLNS_SASL);
	if not mechanisms then
		mechanisms = st.stanza("mechanisms", { xmlns = XMLNS_SASL });
		features:add_child(mechanisms);
	end
	mechanisms:tag("mechanism"):text(MECHANISM):up();
	local offered = {};
	for mechanism in mechanisms:childtags("mechanism") do offered[#offered + 1] = mechanism:get_text(); end
	session.clowder_login_offered = offered;
end, -100);

-- Before mod_saslauth, which then goes on with the handler that is there.
module:hook("stanza/" .. XMLNS_SASL .. ":auth", function (event)
	local session = event.origin;
	if session.type ~= "c2s_unauthed" then return; end
	local is_ours = getmetatable(session.sasl_handler) == handler;
	if event.stanza.attr.mechanism == MECHANISM and session.clowder_login_offered then
		session.sasl_handler = new_handler(session);
	elseif is_ours then
		session.sasl_handler = nil;
	end
end, 100);

-- LOGIN-9: nobody registers a name that belongs to a key.
module:hook("user-registering", function (event)
	if event.clowder_login or not exchange.is_account_name(event.username or "") then return; end
	event.allowed = false;
	event.reason, event.error_type, event.error_condition = "This name belongs to a key", "modify", "not-acceptable";
	return true;
end, 100);

-- LOGIN-9: and no such account gets a password; it can be removed.
local function keep_without_password(event)
	local session, stanza = event.origin, event.stanza;
	if session.type ~= "c2s" or stanza.attr.type ~= "set" then return; end
	local first = stanza.tags[1].tags[1];
	if not exchange.is_account_name(session.username) or first and first.name == "remove" then return; end
	session.send(st.error_reply(stanza, "cancel", "not-allowed", "This account has a key, and no password"));
	return true;
end
module:hook("iq/self/jabber:iq:register:query", keep_without_password, 100);
module:hook("iq/host/jabber:iq:register:query", keep_without_password, 100);
