import { disputeSentences, type RoomSnapshot, type RoomStore, trustNotes, trustSentence } from "@clowder/client";
import type { ReactNode } from "react";
import { Button } from "react-aria-components";
import { useWords } from "../words.tsx";
import { CopyLink } from "./copy-link.tsx";
import { RoomMenu } from "./room-menu.tsx";
import { TrustIcon } from "./trust-icon.tsx";

interface RoomHeaderProps {
	readonly snapshot: RoomSnapshot;
	readonly store: Pick<RoomStore, "rekey">;
	/** Undefined where the part stands beside the timeline. */
	readonly onPeople: (() => void) | undefined;
	readonly onDetails: (() => void) | undefined;
	readonly onKeys: () => void;
	readonly onProtection: () => void;
	readonly onLeave: () => void;
}

/** The room's name and, always, who can read. */
export function RoomHeader(props: RoomHeaderProps): ReactNode {
	const { snapshot, store, onPeople, onDetails, onLeave } = props;
	const words = useWords();
	const disputes = disputeSentences(words, snapshot.disputes);
	return (
		<header className="room-header">
			<div className="room-name">
				<h1>
					<bdi>{snapshot.room}</bdi>
				</h1>
				<div className={`trust trust-${snapshot.trust.state}`} role="status">
					<TrustIcon closed={snapshot.trust.state === "private"} />
					<span>
						{trustSentence(words, snapshot.trust)}
						{trustNotes(words, snapshot).map((note) => (
							<span key={note} className="trust-note">
								{" "}
								{note}
							</span>
						))}
					</span>
				</div>
			</div>
			<div className="room-actions">
				{onPeople !== undefined && (
					<Button className="button" onPress={onPeople}>
						{words.room.peopleCount(snapshot.people.length)}
					</Button>
				)}
				{onDetails !== undefined && (
					<Button className="button" onPress={onDetails}>
						{words.room.details}
					</Button>
				)}
				{/* On a narrow screen it is in the details, so that the buttons stay on one line. */}
				{onPeople === undefined && <CopyLink room={snapshot.room} />}
				<RoomMenu store={store} onKeys={props.onKeys} onProtection={props.onProtection} />
				<Button className="button" onPress={onLeave}>
					{words.room.leave}
				</Button>
			</div>
			{disputes.length > 0 && (
				<p className="dispute" role="alert">
					{disputes.join(" ")}
				</p>
			)}
		</header>
	);
}
