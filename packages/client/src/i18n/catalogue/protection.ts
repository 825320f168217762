export interface ProtectionWords {
	readonly protection: {
		/** Title of the explanation, and the button that opens it. */
		readonly title: string;
		/** Heads what is protected, then what is not. */
		readonly yes: string;
		readonly no: string;
		/** One sentence each. */
		readonly protects: readonly string[];
		readonly protectsNot: readonly string[];
	};
}
