import type { LoginWay } from "@clowder/carrier-xmpp";

/** Takes word from the carrier of how it logged in to the visit that it carries. A carrier without logins says nothing. */
export class LoginReport {
	#listener: (way: LoginWay) => void = () => {};

	/** For the carrier, after each login. */
	tell(way: LoginWay): void {
		this.#listener(way);
	}

	/** For the visit, before it begins. */
	listen(listener: (way: LoginWay) => void): void {
		this.#listener = listener;
	}
}
