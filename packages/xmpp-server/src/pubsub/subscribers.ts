/** Who sees whose presence: what the roster knows, by account names. One's own account is not named. */
export interface Subscribers {
	/** Whether `reader` sees the presence of `account`. */
	sees(reader: string, account: string): boolean;
	/** Those who see the presence of `account`. */
	viewersOf(account: string): readonly string[];
	/** Those whose presence `account` sees. */
	viewedBy(account: string): readonly string[];
	/** Whether neither has blocked the other. */
	mayMeet(one: string, other: string): boolean;
}
