import { type SystemLine, systemLine } from "@clowder/client";
import { type FunctionComponent, memo, type ReactNode } from "react";
import { useWords } from "../words.tsx";
import { MomentInTime } from "./moment.tsx";

/** Lines that ask for attention. */
const LOUD: ReadonlySet<SystemLine["code"]> = new Set(["divergence", "stalled", "interrupted", "reconnected"]);

interface SystemRowProps {
	readonly line: SystemLine;
	readonly at: number;
}

/** A line about the room that nobody wrote. */
export const SystemRow: FunctionComponent<SystemRowProps> = memo(function SystemRow({
	line,
	at,
}: SystemRowProps): ReactNode {
	const words = useWords();
	return (
		<p className={LOUD.has(line.code) ? "line line-loud" : "line"}>
			{systemLine(words, line)} <MomentInTime at={at} />
		</p>
	);
});
