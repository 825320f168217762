import type { DetailsView } from "@clowder/client";
import type { ReactNode } from "react";
import { Button, Disclosure, DisclosurePanel, Heading } from "react-aria-components";
import { useWords } from "../words.tsx";
import { MomentInTime } from "./moment.tsx";

/** Texts that were not accepted, and why. */
export function Refusals({ refusals }: { refusals: DetailsView["refusals"] }): ReactNode {
	const { details: words } = useWords();
	return (
		<Disclosure className="refusals">
			<Heading level={3}>
				<Button slot="trigger" className="button quiet unfold">
					{words.refusals(refusals.total)}
				</Button>
			</Heading>
			<DisclosurePanel>
				<p className="quiet-text">{words.refusalsHint}</p>
				<ul>
					{refusals.latest.map((refusal, place) => (
						<li key={`${refusals.total - place}`}>
							<MomentInTime at={refusal.at} /> {words.blame[refusal.blame]}
							<bdi className="digits">
								{refusal.from.slice(0, 12)}: {refusal.detail}
							</bdi>
						</li>
					))}
				</ul>
			</DisclosurePanel>
		</Disclosure>
	);
}
