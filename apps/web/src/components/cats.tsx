import type { ReactNode } from "react";
import { useWords } from "../words.tsx";

/** Three cats side by side, drawn in one line each: what a clowder is. */
export function Cats(): ReactNode {
	const { app } = useWords();
	return (
		<svg className="cats" viewBox="0 0 220 92" role="img" aria-label={app.drawing}>
			<g fill="none" stroke="currentColor" strokeWidth="2.5" strokeLinecap="round" strokeLinejoin="round">
				{/* the left one, looking on */}
				<path d="M30 88c-6-14-5-30 3-37l-1-16 9 7c3-1 7-1 10 0l9-7-1 16c8 8 10 23 4 37" />
				<path d="M42 54v2M52 54v2M45 61l2 2 2-2" />
				<path d="M63 86c10 2 16-3 15-10-1-5-7-5-7 0" />
				{/* the middle one, larger */}
				<path d="M88 88c-8-18-6-40 5-48l-2-20 12 9c4-1 9-1 13 0l12-9-2 20c11 9 13 31 5 48" />
				<path d="M103 46v3M117 46v3M107 56l3 3 3-3" />
				<path d="M90 58l-10-2M90 62l-10 2M130 58l10-2M130 62l10 2" />
				{/* the right one, asleep */}
				<path d="M150 88c-2-16 8-26 22-26 3 0 5 0 8 1l9-8 1 13c8 3 13 9 13 20Z" />
				<path d="M180 76c2 2 4 2 6 0M192 77c2 2 3 2 5 0M188 82l2 1 2-1" />
				<path d="M152 86c-8-2-9-12-3-16" />
				<path d="M14 88h192" />
			</g>
		</svg>
	);
}
