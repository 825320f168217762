import { type JoiningView, type JoinStep, type RoomStore, waitingSentence } from "@clowder/client";
import type { ReactNode } from "react";
import { Button, ProgressBar } from "react-aria-components";
import { useFocusAtStart, useKey, useTitle } from "../hooks.ts";
import { useWords } from "../words.tsx";
import { PassphraseForm } from "./passphrase-form.tsx";

interface JoiningPanelProps {
	readonly room: string;
	readonly joining: JoiningView;
	/** Undefined before the visit has begun. */
	readonly store?: Pick<RoomStore, "tryPassphrase">;
	readonly onCancel: () => void;
	/** One can write already. */
	readonly early?: boolean;
	/** What is said meanwhile. */
	readonly children?: ReactNode;
}

/** The way in: each step by name, in the state it is in. */
export function JoiningPanel({
	room,
	joining,
	store,
	onCancel,
	early = false,
	children,
}: JoiningPanelProps): ReactNode {
	const words = useWords();
	const heading = useFocusAtStart<HTMLHeadingElement>();
	useTitle(`${words.joining.title(room)} – ${words.app.name}`);
	useKey("Escape", onCancel);
	return (
		<main className="panel">
			<h1 ref={heading} tabIndex={-1}>
				{words.joining.title(room)}
			</h1>
			<ProgressBar className="progress" aria-label={words.joining.progress} value={100 * joining.fraction}>
				{({ percentage }) => (
					<div className="progress-track">
						<div className="progress-fill" style={{ width: `${percentage ?? 0}%` }} />
					</div>
				)}
			</ProgressBar>
			<ol className="steps" aria-label={words.joining.steps}>
				{joining.steps.map((step) => (
					<Step key={step.id} step={step} />
				))}
			</ol>
			{joining.passphrase !== undefined && store !== undefined ? (
				<PassphraseForm why={joining.passphrase} store={store} />
			) : (
				<>
					<p className="waiting" role="status">
						{waitingSentence(words, joining) ?? ""}
					</p>
					{!early && <p className="quiet-text">{words.joining.why}</p>}
				</>
			)}
			<Button className="button" onPress={onCancel}>
				{words.joining.cancel}
			</Button>
			{children}
		</main>
	);
}

function Step({ step }: { step: JoinStep }): ReactNode {
	const { joining: words } = useWords();
	const more =
		step.detail !== undefined
			? words.detail[step.detail]
			: step.count === undefined
				? undefined
				: words.count(step.count.done, step.count.total);
	return (
		<li className={`step step-${step.state}`} aria-current={step.state === "now" ? "step" : undefined}>
			<span className="step-name">{words.step[step.id]}</span>
			<span className="step-state">{words.state[step.state]}</span>
			{step.state === "now" && more !== undefined && <span className="step-more">{more}</span>}
		</li>
	);
}
