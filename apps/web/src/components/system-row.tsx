import { type ClosedSession, type SystemLine, systemLine } from "@clowder/client";
import { type FunctionComponent, memo, type ReactNode } from "react";
import { useWords } from "../words.tsx";
import { ClosedMark } from "./closed-mark.tsx";
import { MomentInTime } from "./moment.tsx";

/** Lines that ask for attention. */
const LOUD: ReadonlySet<SystemLine["code"]> = new Set([
	"divergence",
	"unconfirmed-end",
	"interrupted",
	"reconnected",
	"blamed",
	"frozen",
	"split",
	"taken-out",
	"merging",
]);
/** What stands above and what stands below have nothing in common. */
const DIVIDING: SystemLine["code"] = "moved-over";

interface SystemRowProps {
	readonly line: SystemLine;
	readonly at: number;
	readonly closed: ClosedSession | undefined;
}

/** A line about the room that nobody wrote. */
export const SystemRow: FunctionComponent<SystemRowProps> = memo(function SystemRow({
	line,
	at,
	closed,
}: SystemRowProps): ReactNode {
	const words = useWords();
	const kind = line.code === DIVIDING ? "line-dividing" : LOUD.has(line.code) ? "line-loud" : "";
	return (
		<div className={`line ${kind}`}>
			<p>
				{systemLine(words, line)} <MomentInTime at={at} />
			</p>
			{closed !== undefined && <ClosedMark closed={closed} />}
		</div>
	);
});
