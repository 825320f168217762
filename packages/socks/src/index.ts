/** Connections through a SOCKS proxy, for Node. What it promises and why: `spec/socks.md`, rules SOCKS-*. */
export { socksFetch } from "./fetch.ts";
export { isOnion, parseProxy, type Proxy, routeTo } from "./proxy.ts";
export { connectTls, type Destination, SocksConnection } from "./connection.ts";
