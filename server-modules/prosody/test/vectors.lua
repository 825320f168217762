-- Checks the module's arithmetic and messages against the vectors of all implementations, and whom its limits are for,
-- without a server:
-- lua5.4 test/vectors.lua VECTORS, from the folder above, VECTORS being the repository's folder of that name.
-- Prints how many cases held, or fails at the first that does not.

package.path = "/usr/lib/prosody/?.lua;" .. package.path;
package.cpath = "/usr/lib/prosody/?.so;" .. package.cpath;

local json = require "util.json";
local x25519 = dofile("mod_clowder_login/x25519.lib.lua");
local exchange = dofile("mod_clowder_login/exchange.lib.lua")(x25519);
local vectors = assert(arg[1], "the folder of the vectors expected");
local count = 0;

local function read(name)
	local file = assert(io.open(vectors .. "/" .. name));
	local text = file:read("a");
	file:close();
	return assert(json.decode(text));
end

local function bytes(hex)
	return (hex:gsub("%x%x", function (pair) return string.char(tonumber(pair, 16)); end));
end

local function same(got, expected, what)
	if got ~= expected then error(("%s: %s expected, got %s"):format(what, expected, got), 0); end
	count = count + 1;
end

local rfc = read("crypto/x25519.json");
for _, case in ipairs(rfc.cases) do
	same(x25519.agree(bytes(case.scalar), bytes(case.u)), bytes(case.output), "RFC 7748 section 5.2");
end
same(x25519.public_key(bytes(rfc.iterated.start)), bytes(rfc.iterated.after1), "RFC 7748 section 5.2, iterated");

local verdicts = read("crypto/x25519-verdicts.json");
for _, case in ipairs(verdicts.cases) do
	local u = bytes(case.u);
	same(x25519.is_key(u), case.parses, "CRYPTO-7, " .. case.name);
	if case.parses then
		local output = type(case.output) == "string" and bytes(case.output) or nil;
		same(x25519.agree(bytes(verdicts.scalar), u), output, "CRYPTO-8, " .. case.name);
	end
end

for _, case in ipairs(read("login/exchange.json").cases) do
	local channels = {};
	for kind, hex in pairs(case.channels) do channels[kind] = bytes(hex); end
	local challenge, judge = exchange.begin(case.host, case.mechanisms, channels, case.clientFirst,
		bytes(case.ephemeralSeed), bytes(case.serverNonce));
	same(challenge, case.challenge, "LOGIN-4, " .. case.name);
	local account, success = judge(case.response);
	same(account, case.account, "LOGIN-3, " .. case.name);
	same(success, case.success, "LOGIN-5, " .. case.name);
	same(exchange.is_account_name(account), true, "LOGIN-9, " .. case.name);
	same(judge(case.response), nil, "LOGIN-10, " .. case.name);
end

-- LOGIN-7: the server's own key sent back, with a proof that whoever holds its secret can make.
do
	local hashes, base64 = require "util.hashes", require "util.encodings".base64;
	local secret, first = ("s"):rep(32), "r=" .. base64.encode(("c"):rep(32));
	local public = x25519.public_key(secret);
	local challenge, judge = exchange.begin("localhost", { exchange.MECHANISM }, {}, first, secret, ("n"):rep(32));
	local unproven = "k=" .. base64.encode(public) .. ",b=none";
	local function v(...)
		return (string.pack((">s4"):rep(select("#", ...)), ...));
	end
	local transcript = v(exchange.MECHANISM .. " client", "localhost") .. "\0\1"
		.. v(exchange.MECHANISM, first, challenge, unproven, "");
	local key = hashes.hmac_sha512(exchange.MECHANISM .. " key", x25519.agree(secret, public));
	local account, why = judge(unproven .. ",p=" .. base64.encode(hashes.hmac_sha512(key, transcript)));
	same(account, nil, "LOGIN-7, the server's own key");
	same(why, "reflected", "LOGIN-7, the server's own key");
end

local limit_key = dofile("mod_clowder_login/limit_key.lib.lua");
for _, pair in ipairs {
	{ "127.0.0.1", "::ffff:127.0.0.1", true }, { "127.0.0.1", "127.0.0.2", false },
	{ "2001:db8:1:2:3::4", "2001:db8:1:2::9", true }, { "2001:db8:1:2::1", "2001:db8:1:3::1", false },
	{ "::1", "127.0.0.1", false },
} do
	same(limit_key(pair[1]) == limit_key(pair[2]), pair[3], "LOGIN-10, " .. pair[1] .. " and " .. pair[2]);
end
same(limit_key(nil), "", "LOGIN-10, an address that is not known");

print(count);
