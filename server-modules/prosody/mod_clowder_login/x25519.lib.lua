-- X25519 (RFC 7748 section 5) in Lua's 64-bit integers: no library that Debian has for Lua derives a key with it.
--
-- A field element is ten limbs, of 26 and 25 bits by turns, the lowest first; each may be up to three times as much
-- between operations ("loose") and is a little above its size after a multiplication ("tight"), so that the products
-- stay below 2^64. Nothing branches or looks anything up by a secret. What an interpreter does beneath is beyond that;
-- the only secret that ever comes here is a key of one exchange.

local pack, unpack = string.pack, string.unpack;

local BYTES <const> = 32;
local M26 <const> = (1 << 26) - 1;
local M25 <const> = (1 << 25) - 1;
local BASE = "\9" .. ("\0"):rep(BYTES - 1);
local ZERO = ("\0"):rep(BYTES);
-- (A - 2) / 4 of the curve.
local A24 <const> = 121665;

local function element()
	return { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 };
end

-- Loose in, tight out.
local function carry(out, h0, h1, h2, h3, h4, h5, h6, h7, h8, h9)
	h1 = h1 + (h0 >> 26); h0 = h0 & M26;
	h2 = h2 + (h1 >> 25); h1 = h1 & M25;
	h3 = h3 + (h2 >> 26); h2 = h2 & M26;
	h4 = h4 + (h3 >> 25); h3 = h3 & M25;
	h5 = h5 + (h4 >> 26); h4 = h4 & M26;
	h6 = h6 + (h5 >> 25); h5 = h5 & M25;
	h7 = h7 + (h6 >> 26); h6 = h6 & M26;
	h8 = h8 + (h7 >> 25); h7 = h7 & M25;
	h9 = h9 + (h8 >> 26); h8 = h8 & M26;
	h0 = h0 + 19 * (h9 >> 25); h9 = h9 & M25;
	h1 = h1 + (h0 >> 26); h0 = h0 & M26;
	h2 = h2 + (h1 >> 25); h1 = h1 & M25;
	out[1], out[2], out[3], out[4], out[5], out[6], out[7], out[8], out[9], out[10] =
		h0, h1, h2, h3, h4, h5, h6, h7, h8, h9;
end

local function multiply(out, f, g)
	local f0, f1, f2, f3, f4, f5, f6, f7, f8, f9 =
		f[1], f[2], f[3], f[4], f[5], f[6], f[7], f[8], f[9], f[10];
	local g0, g1, g2, g3, g4, g5, g6, g7, g8, g9 =
		g[1], g[2], g[3], g[4], g[5], g[6], g[7], g[8], g[9], g[10];
	local h0 = f0 * g0
		+ 19 * (2 * f1 * g9 + f2 * g8 + 2 * f3 * g7 + f4 * g6 + 2 * f5 * g5 + f6 * g4 + 2 * f7 * g3 + f8 * g2 + 2 * f9 * g1);
	local h1 = f0 * g1 + f1 * g0
		+ 19 * (f2 * g9 + f3 * g8 + f4 * g7 + f5 * g6 + f6 * g5 + f7 * g4 + f8 * g3 + f9 * g2);
	local h2 = f0 * g2 + 2 * f1 * g1 + f2 * g0
		+ 19 * (2 * f3 * g9 + f4 * g8 + 2 * f5 * g7 + f6 * g6 + 2 * f7 * g5 + f8 * g4 + 2 * f9 * g3);
	local h3 = f0 * g3 + f1 * g2 + f2 * g1 + f3 * g0
		+ 19 * (f4 * g9 + f5 * g8 + f6 * g7 + f7 * g6 + f8 * g5 + f9 * g4);
	local h4 = f0 * g4 + 2 * f1 * g3 + f2 * g2 + 2 * f3 * g1 + f4 * g0
		+ 19 * (2 * f5 * g9 + f6 * g8 + 2 * f7 * g7 + f8 * g6 + 2 * f9 * g5);
	local h5 = f0 * g5 + f1 * g4 + f2 * g3 + f3 * g2 + f4 * g1 + f5 * g0
		+ 19 * (f6 * g9 + f7 * g8 + f8 * g7 + f9 * g6);
	local h6 = f0 * g6 + 2 * f1 * g5 + f2 * g4 + 2 * f3 * g3 + f4 * g2 + 2 * f5 * g1 + f6 * g0
		+ 19 * (2 * f7 * g9 + f8 * g8 + 2 * f9 * g7);
	local h7 = f0 * g7 + f1 * g6 + f2 * g5 + f3 * g4 + f4 * g3 + f5 * g2 + f6 * g1 + f7 * g0
		+ 19 * (f8 * g9 + f9 * g8);
	local h8 = f0 * g8 + 2 * f1 * g7 + f2 * g6 + 2 * f3 * g5 + f4 * g4 + 2 * f5 * g3 + f6 * g2 + 2 * f7 * g1 + f8 * g0
		+ 19 * (2 * f9 * g9);
	local h9 = f0 * g9 + f1 * g8 + f2 * g7 + f3 * g6 + f4 * g5 + f5 * g4 + f6 * g3 + f7 * g2 + f8 * g1 + f9 * g0;
	carry(out, h0, h1, h2, h3, h4, h5, h6, h7, h8, h9);
end

local function square(out, f)
	local f0, f1, f2, f3, f4, f5, f6, f7, f8, f9 =
		f[1], f[2], f[3], f[4], f[5], f[6], f[7], f[8], f[9], f[10];
	local h0 = f0 * f0 + 19 * (4 * f1 * f9 + 2 * f2 * f8 + 4 * f3 * f7 + 2 * f4 * f6 + 2 * f5 * f5);
	local h1 = 2 * f0 * f1 + 19 * (2 * f2 * f9 + 2 * f3 * f8 + 2 * f4 * f7 + 2 * f5 * f6);
	local h2 = 2 * f0 * f2 + 2 * f1 * f1 + 19 * (4 * f3 * f9 + 2 * f4 * f8 + 4 * f5 * f7 + f6 * f6);
	local h3 = 2 * f0 * f3 + 2 * f1 * f2 + 19 * (2 * f4 * f9 + 2 * f5 * f8 + 2 * f6 * f7);
	local h4 = 2 * f0 * f4 + 4 * f1 * f3 + f2 * f2 + 19 * (4 * f5 * f9 + 2 * f6 * f8 + 2 * f7 * f7);
	local h5 = 2 * f0 * f5 + 2 * f1 * f4 + 2 * f2 * f3 + 19 * (2 * f6 * f9 + 2 * f7 * f8);
	local h6 = 2 * f0 * f6 + 4 * f1 * f5 + 2 * f2 * f4 + 2 * f3 * f3 + 19 * (4 * f7 * f9 + f8 * f8);
	local h7 = 2 * f0 * f7 + 2 * f1 * f6 + 2 * f2 * f5 + 2 * f3 * f4 + 19 * (2 * f8 * f9);
	local h8 = 2 * f0 * f8 + 4 * f1 * f7 + 2 * f2 * f6 + 4 * f3 * f5 + f4 * f4 + 19 * (2 * f9 * f9);
	local h9 = 2 * f0 * f9 + 2 * f1 * f8 + 2 * f2 * f7 + 2 * f3 * f6 + 2 * f4 * f5;
	carry(out, h0, h1, h2, h3, h4, h5, h6, h7, h8, h9);
end

local function scale(out, f, by)
	carry(out, f[1] * by, f[2] * by, f[3] * by, f[4] * by, f[5] * by,
		f[6] * by, f[7] * by, f[8] * by, f[9] * by, f[10] * by);
end

-- Tight in, loose out.
local function add(out, f, g)
	for i = 1, 10 do out[i] = f[i] + g[i]; end
end

-- Tight in, loose out: 2p is added, so that nothing falls below zero.
local function subtract(out, f, g)
	out[1] = f[1] + 0x7ffffda - g[1];
	for i = 2, 10, 2 do out[i] = f[i] + 0x3fffffe - g[i]; end
	for i = 3, 9, 2 do out[i] = f[i] + 0x7fffffe - g[i]; end
end

-- Swaps where `bit` is 1, and does the same work where it is 0.
local function swap(bit, f, g)
	local mask = -bit;
	for i = 1, 10 do
		local x = mask & (f[i] ~ g[i]);
		f[i], g[i] = f[i] ~ x, g[i] ~ x;
	end
end

-- 255 bits, little-endian. The top one is left out, as RFC 7748 says.
local function decode(bytes)
	local padded, out, at = bytes .. ZERO, element(), 0;
	for i = 1, 10 do
		local bits = i % 2 == 1 and 26 or 25;
		out[i] = (unpack("<i8", padded, at // 8 + 1) >> (at % 8)) & ((1 << bits) - 1);
		at = at + bits;
	end
	return out;
end

-- The one encoding, below p.
local function encode(f)
	local h = element();
	for i = 1, 10 do h[i] = f[i]; end
	for _ = 1, 2 do carry(h, table.unpack(h)); end
	-- What h + 19 carries out of the top: 1 where h is not below p.
	local over = 19;
	for i = 1, 10 do over = (h[i] + over) >> (i % 2 == 1 and 26 or 25); end
	h[1] = h[1] + 19 * over;
	local out, held, count = {}, 0, 0;
	for i = 1, 10 do
		local bits = i % 2 == 1 and 26 or 25;
		if i < 10 then h[i + 1] = h[i + 1] + (h[i] >> bits); end
		held, count = held | ((h[i] & ((1 << bits) - 1)) << count), count + bits;
		while count >= 8 do
			out[#out + 1] = string.char(held & 0xff);
			held, count = held >> 8, count - 8;
		end
	end
	out[#out + 1] = string.char(held);
	return table.concat(out);
end

local function square_times(f, times)
	for _ = 1, times do square(f, f); end
end

-- f^(p - 2).
local function invert(f)
	local f2, f9, f11, a, b, c = element(), element(), element(), element(), element(), element();
	square(f2, f);
	square(a, f2); square(a, a); multiply(f9, a, f);
	multiply(f11, f9, f2);
	square(a, f11); multiply(a, a, f9); -- 2^5 - 1
	square(b, a); square_times(b, 4); multiply(b, b, a); -- 2^10 - 1
	square(c, b); square_times(c, 9); multiply(c, c, b); -- 2^20 - 1
	square(a, c); square_times(a, 19); multiply(a, a, c); -- 2^40 - 1
	square_times(a, 10); multiply(b, a, b); -- 2^50 - 1
	square(c, b); square_times(c, 49); multiply(c, c, b); -- 2^100 - 1
	square(a, c); square_times(a, 99); multiply(a, a, c); -- 2^200 - 1
	square_times(a, 50); multiply(a, a, b); -- 2^250 - 1
	square_times(a, 5); multiply(a, a, f11); -- 2^255 - 21
	return a;
end

-- RFC 7748 section 5, with its names. Both of 32 bytes.
local function x25519(scalar, u)
	local k1, k2, k3, k4 = unpack("<i8i8i8i8", scalar);
	local k = { k1 & ~7, k2, k3, k4 & ~(1 << 63) | (1 << 62) };
	local x1, x2, z2, x3, z3 = decode(u), element(), element(), decode(u), element();
	x2[1], z3[1] = 1, 1;
	local a, aa, b, bb, e, c, d, da, cb = element(), element(), element(), element(), element(), element(), element(),
		element(), element();
	local swapped = 0;
	for t = 254, 0, -1 do
		local bit = (k[(t >> 6) + 1] >> (t & 63)) & 1;
		swap(swapped ~ bit, x2, x3);
		swap(swapped ~ bit, z2, z3);
		swapped = bit;
		add(a, x2, z2); square(aa, a);
		subtract(b, x2, z2); square(bb, b);
		subtract(e, aa, bb);
		add(c, x3, z3); subtract(d, x3, z3);
		multiply(da, d, a); multiply(cb, c, b);
		add(x3, da, cb); square(x3, x3);
		subtract(z3, da, cb); square(z3, z3); multiply(z3, x1, z3);
		multiply(x2, aa, bb);
		scale(z2, e, A24); add(z2, aa, z2); multiply(z2, e, z2);
	end
	swap(swapped, x2, x3);
	swap(swapped, z2, z3);
	multiply(x2, x2, invert(z2));
	return encode(x2);
end

-- CRYPTO-7: whether a key is in the one encoding it has.
local function is_key(bytes)
	return #bytes == BYTES and encode(decode(bytes)) == bytes;
end

return {
	is_key = is_key;

	public_key = function (secret)
		return x25519(secret, BASE);
	end;

	-- CRYPTO-8: nothing for the keys of low order, with which all that comes out is zero.
	agree = function (secret, public)
		local shared = x25519(secret, public);
		if shared ~= ZERO then return shared; end
	end;
};
