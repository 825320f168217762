import type { Mark, Shape } from "@clowder/client";
import type { ReactNode } from "react";

/** Outlines in a box of 16 by 16. */
const OUTLINES: { readonly [Name in Shape]: ReactNode } = {
	circle: <circle cx="8" cy="8" r="6" />,
	square: <rect x="2.5" y="2.5" width="11" height="11" rx="1" />,
	triangle: <path d="M8 1.8 15 14H1Z" />,
	diamond: <path d="M8 .8 15.2 8 8 15.2.8 8Z" />,
	star: <path d="m8 .8 2.2 4.8 5.2.6-3.9 3.5 1.1 5.2L8 12.3l-4.6 2.6 1.1-5.2L.6 6.2l5.2-.6Z" />,
	cross: <path d="M5.5 1.5h5v4h4v5h-4v4h-5v-4h-4v-5h4Z" />,
	ring: (
		<path fillRule="evenodd" d="M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1Zm0 4.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6Z" />
	),
	moon: <path d="M9.5 1A7 7 0 1 0 15 11.200 6 6 0 0 1 9.500 1Z" />,
};

/** A person's shape and colour, from their key. Decoration beside a name: hidden from screen readers. */
export function PersonMark({ mark }: { mark: Mark }): ReactNode {
	return (
		<svg className={`person-mark person-${mark.colour}`} viewBox="0 0 16 16" aria-hidden="true">
			{OUTLINES[mark.shape]}
		</svg>
	);
}
