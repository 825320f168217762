// What of the xmpp.js packages `xmpp-js.ts` and the transports use; they come without types.

declare module "@xmpp/client-core" {
	import type { Element } from "./xmpp-js.ts";

	export interface RawSocket {
		on(event: "error", listener: (error: Error) => void): unknown;
		end(): void;
		/** TCP. */
		destroy?(): void;
		/** WebSocket: the socket of the platform; Node's can be terminated. */
		readonly socket?: { terminate?(): void } | null;
	}

	export interface Transport {
		prototype: { Socket: new () => RawSocket };
	}

	export class Client {
		constructor(options: { domain: string; timeout: number });
		transports: Transport[];
		timeout: number;
		status: string;
		socket: RawSocket | null;
		parser: { emit(event: string): unknown } | null;
		/** The stream's own element. */
		root: unknown;
		on(event: string, listener: (...args: never[]) => void): this;
		removeAllListeners(event: string): this;
		once(event: string, listener: (...args: never[]) => void): this;
		removeListener(event: string, listener: (...args: never[]) => void): this;
		connect(service: string): Promise<void>;
		open(options: { domain: string }): Promise<unknown>;
		stop(): Promise<unknown>;
		send(element: Element): Promise<void>;
		sendMany(elements: readonly Element[]): Promise<void>;
		write(text: string): Promise<void>;
		emit(event: "send", element: Element): boolean;
		_onData(data: unknown): void;
		_onSeeOtherHost(error: Error): void;
		_detachSocket(): void;
		_detachParser(): void;
		_status(status: string): void;
	}

	export function xml(
		name: string,
		attrs: Record<string, string | undefined>,
		...children: readonly unknown[]
	): Element;
}

declare module "@xmpp/websocket" {
	import type { Transport } from "@xmpp/client-core";
	export default function websocket(options: { entity: { transports: Transport[] } }): void;
}

declare module "@xmpp/tcp" {
	import type { Transport } from "@xmpp/client-core";
	export default function tcp(options: { entity: { transports: Transport[] } }): void;
}

declare module "@xmpp/middleware" {
	import type { Client } from "@xmpp/client-core";
	import type { Element } from "./xmpp-js.ts";
	export type Next = () => Promise<unknown>;
	export interface Middleware {
		use(handler: (context: { readonly stanza: Element }, next: Next) => unknown): void;
	}
	export default function middleware(options: { entity: Client }): Middleware;
}

declare module "@xmpp/stream-features" {
	import type { Middleware } from "@xmpp/middleware";
	export interface StreamFeatures {
		use(name: string, xmlns: string, handler: (...args: never[]) => unknown): void;
	}
	export default function streamFeatures(options: { middleware: Middleware }): StreamFeatures;
}

declare module "@xmpp/stream-management" {
	import type { Client } from "@xmpp/client-core";
	import type { Middleware } from "@xmpp/middleware";
	import type { StreamFeatures } from "@xmpp/stream-features";
	export interface StreamManagement {
		/** Empty before; undefined where the server counts and does not resume. */
		id: string | undefined;
		enabled: boolean;
		preferredMaximum: number | null;
		timeout: number;
		on(event: "resumed", listener: () => void): void;
	}
	export default function streamManagement(options: {
		streamFeatures: StreamFeatures;
		entity: Client;
		middleware: Middleware;
	}): StreamManagement;
}

declare module "@xmpp/iq/caller.js" {
	import type { Client } from "@xmpp/client-core";
	import type { Middleware } from "@xmpp/middleware";
	import type { Element } from "./xmpp-js.ts";
	export interface IqCaller {
		readonly handlers: Map<string, { reject(reason: Error): void }>;
		request(iq: Element, timeoutMs: number): Promise<Element>;
	}
	export default function iqCaller(options: { entity: Client; middleware: Middleware }): IqCaller;
}

declare module "@xmpp/iq/callee.js" {
	import type { Client } from "@xmpp/client-core";
	import type { Middleware } from "@xmpp/middleware";
	export default function iqCallee(options: { entity: Client; middleware: Middleware }): {
		get(xmlns: string, name: string, handler: () => true): void;
	};
}

declare module "@xmpp/sasl" {
	import type { Client } from "@xmpp/client-core";
	import type { StreamFeatures } from "@xmpp/stream-features";
	export interface Mechanism {
		readonly name: string;
		readonly clientFirst: boolean;
		response(): Promise<string>;
		challenge(text: string): void;
	}
	export interface SaslFactory {
		readonly _mechs: readonly { readonly name: string }[];
		create(names: readonly string[]): Mechanism | null;
	}
	export default function sasl(
		options: { streamFeatures: StreamFeatures; saslFactory: SaslFactory },
		onAuthenticate: (
			authenticate: (credentials: object, mechanism: string) => Promise<void>,
			mechanisms: readonly string[],
			fast: null,
			entity: Client,
		) => Promise<void>,
	): void;
}

declare module "@xmpp/resource-binding" {
	import type { IqCaller } from "@xmpp/iq/caller.js";
	import type { StreamFeatures } from "@xmpp/stream-features";
	export default function resourceBinding(options: { streamFeatures: StreamFeatures; iqCaller: IqCaller }): void;
}
