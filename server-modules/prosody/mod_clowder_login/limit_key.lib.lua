-- Whom an address stands for in limits: of IPv6 one customer has at least a /64, and so all addresses in it.

local new_ip = require "util.ip".new_ip;

local V4_MAPPED <const> = ("\0"):rep(10) .. "\255\255";
local NETWORK_BYTES <const> = 8;

return function (address)
	local ip = address and new_ip(address);
	local packed = ip and ip.packed or "";
	if packed:sub(1, #V4_MAPPED) == V4_MAPPED then return packed:sub(#V4_MAPPED + 1); end
	return #packed == 16 and packed:sub(1, NETWORK_BYTES) or packed;
end;
