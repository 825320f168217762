import type { EndReason, RoomSnapshot, RoomStore } from "@clowder/client";
import { type ReactNode, useEffect, useEffectEvent, useState, useSyncExternalStore } from "react";
import { JoiningPanel } from "../components/joining-panel.tsx";
import { LeavingPanel } from "../components/leaving-panel.tsx";
import { Meanwhile } from "../components/meanwhile.tsx";
import { usePreferencesStore } from "../words.tsx";
import { RoomScreen } from "./room-screen.tsx";

interface VisitScreenProps {
	readonly store: RoomStore;
	/** With what is known of the room, for coming back. */
	readonly onEnd: (reason: EndReason, terms: RoomSnapshot["details"]["terms"]) => void;
}

/** One visit from joining to its end. */
export function VisitScreen({ store, onEnd }: VisitScreenProps): ReactNode {
	const snapshot = useSyncExternalStore(store.subscribe, store.getSnapshot);
	const ended = useEffectEvent(onEnd);
	const [text, setText] = useState("");
	const draft = { text, set: setText };
	const { end } = snapshot;
	useEffect(() => {
		if (end !== undefined) ended(end, store.getSnapshot().details.terms);
	}, [end, store]);
	const preferences = usePreferencesStore();
	const { previews } = useSyncExternalStore(preferences.subscribe, preferences.get);
	useEffect(() => store.setPreviews(previews), [store, previews]);
	useEffect(() => {
		// A closed page says goodbye too, so that the others need not wait, and has no time for more.
		const leave = (): void => void store.leave(true);
		window.addEventListener("pagehide", leave);
		return () => window.removeEventListener("pagehide", leave);
	}, [store]);

	if (snapshot.stage === "ended") return undefined;
	if (snapshot.stage === "joining") {
		const { room, joining, composer } = snapshot;
		// Mostly it is over before anyone could write.
		const early = composer.state === "early" && joining.slow;
		return (
			<JoiningPanel room={room} joining={joining} store={store} early={early} onCancel={() => void store.leave()}>
				<Meanwhile snapshot={snapshot} store={store} draft={draft} writes={early} />
			</JoiningPanel>
		);
	}
	if (snapshot.stage === "leaving") {
		return <LeavingPanel room={snapshot.room} onAtOnce={() => void store.leave(true)} />;
	}
	return <RoomScreen store={store} snapshot={snapshot} draft={draft} />;
}
