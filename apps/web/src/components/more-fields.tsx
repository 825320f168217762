import { ADMISSION_POLICIES, type AdmissionPolicy } from "@clowder/client";
import type { ReactNode } from "react";
import { Button, Disclosure, DisclosurePanel, Heading, Label, Radio, RadioGroup, Text } from "react-aria-components";
import { useWords } from "../words.tsx";
import { Field } from "./field.tsx";

interface MoreFieldsProps {
	/** Unfolded from the start. */
	readonly open: boolean;
	readonly policy: AdmissionPolicy;
	readonly onPolicy: (policy: AdmissionPolicy) => void;
	readonly passphrase: string;
	readonly passphraseError: string | undefined;
	readonly onPassphrase: (passphrase: string) => void;
}

/** What most people need not see: who may come in, and a passphrase. */
export function MoreFields(props: MoreFieldsProps): ReactNode {
	const { enter } = useWords();
	return (
		<Disclosure className="more" defaultExpanded={props.open}>
			<Heading level={2}>
				<Button slot="trigger" className="button quiet unfold">
					{enter.more}
				</Button>
			</Heading>
			<DisclosurePanel className="more-fields">
				<Field
					label={enter.passphrase}
					hint={enter.passphraseHint}
					error={props.passphraseError}
					value={props.passphrase}
					onChange={props.onPassphrase}
				/>
				<RadioGroup
					className="options"
					value={props.policy}
					onChange={(chosen) => props.onPolicy(chosen as AdmissionPolicy)}
				>
					<Label>{enter.policy}</Label>
					{ADMISSION_POLICIES.map((policy) => (
						<Radio key={policy} value={policy} className="option">
							{enter.policies[policy]}
						</Radio>
					))}
					<Text slot="description">{enter.policyHint}</Text>
				</RadioGroup>
			</DisclosurePanel>
		</Disclosure>
	);
}
