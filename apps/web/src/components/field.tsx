import type { ReactNode, Ref } from "react";
import { FieldError, Input, Label, Text, TextField } from "react-aria-components";

interface FieldProps {
	readonly label: string;
	readonly hint: string;
	readonly error: string | undefined;
	readonly value: string;
	readonly onChange: (value: string) => void;
	readonly inputRef?: Ref<HTMLInputElement>;
}

/** A line of text with what it is for, and what is wrong with it. */
export function Field({ label, hint, error, value, onChange, inputRef }: FieldProps): ReactNode {
	return (
		<TextField
			className="field"
			value={value}
			onChange={onChange}
			isInvalid={error !== undefined}
			validationBehavior="aria"
			autoComplete="off"
			autoCorrect="off"
			spellCheck="false"
		>
			<Label>{label}</Label>
			<Input
				{...(inputRef === undefined ? {} : { ref: inputRef })}
				className="input"
				dir="auto"
				autoCapitalize="none"
			/>
			{error === undefined ? <Text slot="description">{hint}</Text> : <FieldError>{error}</FieldError>}
		</TextField>
	);
}
