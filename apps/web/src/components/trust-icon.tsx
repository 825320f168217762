import type { ReactNode } from "react";

/** A lock, closed only when the words beside it say so. They carry the meaning; this is decoration. */
export function TrustIcon({ closed }: { closed: boolean }): ReactNode {
	return (
		<svg className="trust-icon" viewBox="0 0 16 16" aria-hidden="true">
			<rect x="3" y="7" width="10" height="7.5" rx="1.5" fill="currentColor" />
			<path
				d={closed ? "M5 7V5a3 3 0 0 1 6 0v2" : "M5 7V4.500a3 3 0 0 1 5.700-1.300"}
				fill="none"
				stroke="currentColor"
				strokeWidth="1.6"
				strokeLinecap="round"
			/>
		</svg>
	);
}
