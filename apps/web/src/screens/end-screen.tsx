import { type EndReason, endNotice } from "@clowder/client";
import type { ReactNode } from "react";
import { Button } from "react-aria-components";
import { useFocusAtStart, useKey, useTitle } from "../hooks.ts";
import { useWords } from "../words.tsx";

interface EndScreenProps {
	readonly reason: EndReason;
	readonly onAgain: () => void;
	readonly onBack: () => void;
}

/** What happened, what it means, and one thing to do. */
export function EndScreen({ reason, onAgain, onBack }: EndScreenProps): ReactNode {
	const words = useWords();
	const heading = useFocusAtStart<HTMLHeadingElement>();
	const notice = endNotice(words, reason);
	useTitle(`${notice.title} – ${words.app.name}`);
	useKey("Escape", onBack);
	return (
		<main className="panel">
			<h1 ref={heading} tabIndex={-1}>
				{notice.title}
			</h1>
			<p>{notice.meaning}</p>
			{reason.code === "bug" && <p className="report">{reason.detail}</p>}
			<Button className="button primary" onPress={goesBack(reason) ? onBack : onAgain}>
				{notice.action}
			</Button>
		</main>
	);
}

/** Where the one thing to do is to begin anew. */
function goesBack(reason: EndReason): boolean {
	return (
		reason.code === "flooded" ||
		reason.code === "left-unpublished" ||
		(reason.code === "entry-refused" && reason.why === "passphrase-unused")
	);
}
