import { type ReactNode, useId } from "react";
import { Switch } from "react-aria-components";

interface ToggleProps {
	readonly label: string;
	/** What it means, under it. */
	readonly hint: string;
	readonly on: boolean;
	readonly onChange: (on: boolean) => void;
}

/** On or off. */
export function Toggle({ label, hint, on, onChange }: ToggleProps): ReactNode {
	const hintId = useId();
	return (
		<div className="toggle">
			<Switch className="toggle-switch" isSelected={on} onChange={onChange} aria-describedby={hintId}>
				<span>{label}</span>
				<span className="toggle-track" aria-hidden="true" />
			</Switch>
			<p id={hintId} className="quiet-text">
				{hint}
			</p>
		</div>
	);
}
