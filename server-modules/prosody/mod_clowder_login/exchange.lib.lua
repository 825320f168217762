-- CLOWDER-DH-1, the server's side (spec/login-by-key.md, whose names are used here), without sessions and sockets.

local hashes = require "util.hashes";
local base64 = require "util.encodings".base64;

local pack = string.pack;

local MECHANISM <const> = "CLOWDER-DH-1";
local KEY_BYTES <const> = 32;
local NONCE_BYTES <const> = 32;
local PROOF_BYTES <const> = 64;
local ACCOUNT_HASH_BYTES <const> = 20;
local MESSAGE_MAX_CHARACTERS <const> = 256;
local MECHANISMS_MAX_COUNT <const> = 64;
-- Base32 of RFC 4648 section 6, in lower case.
local BASE32 <const> = "abcdefghijklmnopqrstuvwxyz234567";
-- The better first (LOGIN-6).
local CHANNEL_KINDS = { "tls-exporter", "tls-server-end-point" };

-- v(x) of the specification.
local function v(bytes)
	return pack(">s4", bytes);
end

-- LOGIN-4: the bytes behind the one encoding that they have, or nothing.
local function exactly(count, text)
	local bytes = base64.decode(text);
	if bytes and #bytes == count and base64.encode(bytes) == text then return bytes; end
end

-- LOGIN-3: the local part of the address that belongs to a key.
local function account_name(key)
	local hash = hashes.sha512(v(MECHANISM .. " account") .. v(key)):sub(1, ACCOUNT_HASH_BYTES);
	local name = { "k1-" };
	for at = 1, #hash, 5 do
		local five = string.unpack(">I5", hash, at);
		for shift = 35, 0, -5 do
			local digit = (five >> shift & 31) + 1;
			name[#name + 1] = BASE32:sub(digit, digit);
		end
	end
	return table.concat(name);
end

-- LOGIN-9: whether a name has the form that only keys' accounts may have.
local function is_account_name(name)
	return #name == 35 and name:match("^k1%-[a-z2-7]+$") ~= nil;
end

-- LOGIN-5: the part of the transcript that all proofs cover alike.
local function transcript(host, mechanisms, client_first, challenge, unproven, channel)
	local parts = { v(host), pack(">I2", #mechanisms) };
	for _, name in ipairs(mechanisms) do parts[#parts + 1] = v(name); end
	for _, text in ipairs { client_first, challenge, unproven, channel } do parts[#parts + 1] = v(text); end
	return table.concat(parts);
end

-- Order of bytes, which `<` on strings is in the C locale alone.
local function before(a, b)
	for i = 1, math.min(#a, #b) do
		if a:byte(i) ~= b:byte(i) then return a:byte(i) < b:byte(i); end
	end
	return #a < #b;
end

local function read_response(text)
	if #text > MESSAGE_MAX_CHARACTERS then return; end
	local unproven, key, binding, proof = text:match("^(k=([%w+/=]+),b=([a-z-]+)),p=([%w+/=]+)$");
	if not unproven then return; end
	key, proof = exactly(KEY_BYTES, key), exactly(PROOF_BYTES, proof);
	if binding ~= "none" and binding ~= CHANNEL_KINDS[1] and binding ~= CHANNEL_KINDS[2] then return; end
	if key and proof then return unproven, key, binding, proof; end
end

return function (x25519)
	-- Verdict on a response: the key's account and the message for the success, or nothing and why.
	local function judge(secret, public, channels, seen, response)
		local unproven, key, binding, proof = read_response(response);
		if not unproven then return nil, "malformed"; end
		if binding ~= "none" and not channels[binding] then return nil, "wrong-channel"; end
		-- LOGIN-7
		if key == public then return nil, "reflected"; end
		local shared = x25519.is_key(key) and x25519.agree(secret, key);
		if not shared then return nil, "bad-key"; end
		local proof_key = hashes.hmac_sha512(MECHANISM .. " key", shared);
		local both = transcript(seen.host, seen.mechanisms, seen.client_first, seen.challenge, unproven,
			channels[binding] or "");
		-- LOGIN-8: each side's proof has a label of its own. LOGIN-11: and either side could have made both.
		local expected = hashes.hmac_sha512(proof_key, v(MECHANISM .. " client") .. both);
		if not hashes.equals(expected, proof) then return nil, "wrong-proof"; end
		local own = hashes.hmac_sha512(proof_key, v(MECHANISM .. " server") .. both .. proof);
		return account_name(key), "v=" .. base64.encode(own);
	end

	-- Answers a client's first message. `mechanisms`: all that the stream offered. `channels`: by kind, what names the
	-- TLS channel. `secret` and `nonce`: 32 random bytes each, of this exchange alone.
	-- Returns the challenge, and what judges the response, once (LOGIN-10); or nothing and why.
	local function begin(host, mechanisms, channels, client_first, secret, nonce)
		if #mechanisms > MECHANISMS_MAX_COUNT then return nil, "malformed"; end
		local encoded = client_first:match("^r=([%w+/=]+)$");
		local client_nonce = encoded and #client_first <= MESSAGE_MAX_CHARACTERS and exactly(NONCE_BYTES, encoded);
		if not client_nonce then return nil, "malformed"; end
		if client_nonce == nonce then return nil, "reflected"; end
		local kinds = {};
		for _, kind in ipairs(CHANNEL_KINDS) do
			if channels[kind] then kinds[#kinds + 1] = kind; end
		end
		local public = x25519.public_key(secret);
		local sorted = table.move(mechanisms, 1, #mechanisms, 1, {});
		table.sort(sorted, before);
		local challenge = ("e=%s,r=%s,b=%s"):format(base64.encode(public), base64.encode(nonce),
			#kinds == 0 and "none" or table.concat(kinds, "+"));
		local seen = { host = host, mechanisms = sorted, client_first = client_first, challenge = challenge };
		return challenge, function (response)
			local once = secret;
			secret = nil;
			if not once then return nil, "malformed"; end
			return judge(once, public, channels, seen, response);
		end;
	end

	return { MECHANISM = MECHANISM, account_name = account_name, is_account_name = is_account_name, begin = begin };
end;
