/** Makes Node's `inspect`, and so logs and crash reports, show of an object what its `toString` says and nothing else. */
export function hideFromInspect(kind: { readonly prototype: { toString(): string } }): void {
	Object.defineProperty(kind.prototype, Symbol.for("nodejs.util.inspect.custom"), {
		value(this: { toString(): string }): string {
			return this.toString();
		},
	});
}
