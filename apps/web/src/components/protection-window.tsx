import type { ReactNode } from "react";
import { useWords } from "../words.tsx";
import { DialogWindow } from "./dialog-window.tsx";

/** What is protected, and from what not, in plain words. */
export function ProtectionWindow({ onClose }: { onClose: () => void }): ReactNode {
	const { protection } = useWords();
	return (
		<DialogWindow title={protection.title} onClose={onClose}>
			<h3>{protection.yes}</h3>
			<ul className="statements">
				{protection.protects.map((sentence) => (
					<li key={sentence}>{sentence}</li>
				))}
			</ul>
			<h3>{protection.no}</h3>
			<ul className="statements">
				{protection.protectsNot.map((sentence) => (
					<li key={sentence}>{sentence}</li>
				))}
			</ul>
		</DialogWindow>
	);
}
