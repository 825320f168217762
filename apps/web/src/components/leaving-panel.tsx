import type { ReactNode } from "react";
import { Button } from "react-aria-components";
import { useFocusAtStart, useTitle } from "../hooks.ts";
import { useWords } from "../words.tsx";

interface LeavingPanelProps {
	readonly room: string;
	readonly onAtOnce: () => void;
}

/** Goodbye is said: some seconds until what was written can be denied. */
export function LeavingPanel({ room, onAtOnce }: LeavingPanelProps): ReactNode {
	const { app, leaving } = useWords();
	const heading = useFocusAtStart<HTMLHeadingElement>();
	useTitle(`${leaving.title(room)} – ${app.name}`);
	return (
		<main className="panel">
			<h1 ref={heading} tabIndex={-1}>
				{leaving.title(room)}
			</h1>
			<p className="underway">{leaving.meaning}</p>
			<Button className="button" onPress={onAtOnce} aria-describedby="leaving-at-once">
				{leaving.atOnce}
			</Button>
			<p id="leaving-at-once" className="quiet-text">
				{leaving.atOnceMeaning}
			</p>
		</main>
	);
}
