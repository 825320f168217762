import type { DetailsView } from "@clowder/client";
import type { ReactNode } from "react";
import { Button } from "react-aria-components";
import { useWords } from "../words.tsx";
import { CopyLink } from "./copy-link.tsx";
import { MomentInTime } from "./moment.tsx";
import { PreferencesFields } from "./preferences.tsx";
import { Refusals } from "./refusals.tsx";

interface DetailsPanelProps {
	readonly details: DetailsView;
	/** The room whose link is offered here; undefined where the header offers it. */
	readonly linkTo: string | undefined;
	readonly onKeys: () => void;
	readonly onProtection: () => void;
}

/** What experts look for, and the choices. */
export function DetailsPanel({ details, linkTo, onKeys, onProtection }: DetailsPanelProps): ReactNode {
	const { details: words, help, protection } = useWords();
	const { session, attempt, refusals } = details;
	return (
		<div className="details">
			{linkTo !== undefined && <CopyLink room={linkTo} />}
			<h3>{words.session}</h3>
			{session === undefined ? (
				<p>{words.none}</p>
			) : (
				<dl className="facts">
					<dt>{words.fingerprint}</dt>
					<dd>
						<span className="digits">{session.fingerprintGroups.join(" ")}</span>
						<span className="quiet-text">{words.fingerprintHint}</span>
					</dd>
					<dt>{words.since}</dt>
					<dd>
						<MomentInTime at={session.since} />
					</dd>
					<dt>{words.size}</dt>
					<dd>{session.size}</dd>
				</dl>
			)}
			<dl className="facts">
				<dt>{words.suite}</dt>
				<dd className="suite">{details.suite.replaceAll("_", " ")}</dd>
				{details.login !== undefined && (
					<>
						<dt>{words.login}</dt>
						<dd>{words.loginWays[details.login]}</dd>
					</>
				)}
				<dt>{words.deniable}</dt>
				<dd>
					{details.closed.total === 0
						? words.deniableNone
						: words.deniableCount(details.closed.deniable, details.closed.total)}
				</dd>
				{details.terms !== undefined && <Terms terms={details.terms} />}
				{details.blamed.length > 0 && (
					<>
						<dt>{words.blamed}</dt>
						{details.blamed.map(({ person, rule, at }) => (
							<dd key={`${person.id} ${at}`}>{words.broke(person.nickname, rule)}</dd>
						))}
					</>
				)}
			</dl>
			<p className="quiet-text attempt" role="status">
				{attempt === undefined ? "" : words.attempt(attempt.done, attempt.total)}
			</p>
			{refusals.total > 0 && <Refusals refusals={refusals} />}
			<div className="details-buttons">
				<Button className="button link" onPress={onProtection}>
					{protection.title}
				</Button>
				<Button className="button link" onPress={onKeys}>
					{help.title}
				</Button>
			</div>
			<PreferencesFields />
		</div>
	);
}

/** What everyone in the room has agreed on. */
function Terms({ terms }: { terms: NonNullable<DetailsView["terms"]> }): ReactNode {
	const { details: words, enter } = useWords();
	return (
		<>
			<dt>{words.policy}</dt>
			<dd>{enter.policies[terms.policy]}</dd>
			<dt>{words.passphrase}</dt>
			<dd>{terms.passphrase ? words.passphraseYes : words.passphraseNo}</dd>
			<dt>{words.timeout}</dt>
			<dd>{words.seconds(terms.timeoutSeconds)}</dd>
		</>
	);
}
