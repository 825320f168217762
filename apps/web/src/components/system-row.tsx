import { type SystemLine, systemLine } from "@clowder/client";
import { memo, type ReactNode } from "react";
import { useWords } from "../words.tsx";
import { MomentInTime } from "./moment.tsx";

/** Lines that ask for attention. */
const LOUD: ReadonlySet<SystemLine["code"]> = new Set(["divergence", "stalled", "interrupted", "reconnected"]);

/** A line about the room that nobody wrote. */
export const SystemRow = memo(function SystemRow({ line, at }: { line: SystemLine; at: number }): ReactNode {
	const words = useWords();
	return (
		<p className={LOUD.has(line.code) ? "line line-loud" : "line"}>
			{systemLine(words, line)} <MomentInTime at={at} />
		</p>
	);
});
