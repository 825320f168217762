import type { ReactNode } from "react";
import { useWords } from "../words.tsx";

/** The time of day; the date too for who asks (or hovers). */
export function MomentInTime({ at }: { at: number }): ReactNode {
	const { grammar } = useWords();
	return (
		<time className="moment" dateTime={new Date(at).toISOString()} title={grammar.dateTime(at)}>
			{grammar.time(at)}
		</time>
	);
}
