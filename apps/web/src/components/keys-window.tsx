import type { ReactNode } from "react";
import { useWords } from "../words.tsx";
import { DialogWindow } from "./dialog-window.tsx";

/** Which key does what. */
export function KeysWindow({ onClose }: { onClose: () => void }): ReactNode {
	const { help } = useWords();
	const rows: readonly (readonly [string, string])[] = [
		["?", help.open],
		[help.key.enter, help.send],
		[help.key.shiftEnter, help.newLine],
		[help.key.escape, help.back],
		[help.key.tab, help.next],
		["F6", help.region],
	];
	return (
		<DialogWindow title={help.title} onClose={onClose}>
			<dl className="keys">
				{rows.map(([key, what]) => (
					<div key={key}>
						<dt>
							<kbd>{key}</kbd>
						</dt>
						<dd>{what}</dd>
					</div>
				))}
			</dl>
		</DialogWindow>
	);
}
