import type { ReactNode } from "react";
import { Label, Radio, RadioGroup } from "react-aria-components";

interface ChoiceProps<Value extends string> {
	readonly label: string;
	readonly value: Value;
	readonly options: readonly (readonly [value: Value, words: string, lang?: string])[];
	readonly onChange: (value: Value) => void;
}

/** One of a few, all in sight. */
export function Choice<Value extends string>({ label, value, options, onChange }: ChoiceProps<Value>): ReactNode {
	return (
		<RadioGroup
			className="choice"
			orientation="horizontal"
			value={value}
			onChange={(chosen) => onChange(chosen as Value)}
		>
			<Label>{label}</Label>
			<div className="choice-options">
				{options.map(([option, words, lang]) => (
					<Radio key={option} value={option} className="choice-option">
						<span lang={lang}>{words}</span>
					</Radio>
				))}
			</div>
		</RadioGroup>
	);
}
