import { type EndReason, type Entry, roomFromFragment, roomLink, type RoomStore } from "@clowder/client";
import { type ReactNode, useRef, useState } from "react";
import type { PreferencesStore } from "./preferences.ts";
import { CrashBoundary } from "./components/crash-boundary.tsx";
import { EnterScreen } from "./screens/enter-screen.tsx";
import { EndScreen } from "./screens/end-screen.tsx";
import { OpeningScreen } from "./screens/opening-screen.tsx";
import { VisitScreen } from "./screens/visit-screen.tsx";
import { WordsProvider } from "./words.tsx";

export interface AppProps {
	/** Begins a visit; undefined when no server can be found. */
	readonly open: (entry: Entry) => Promise<RoomStore | undefined>;
	readonly preferences: PreferencesStore;
}

/** What was typed before, and what was wrong with the name. */
interface Draft {
	readonly room: string;
	readonly nickname: string;
	readonly refused: "name-taken" | "name-invalid" | undefined;
}

type Screen =
	| { readonly at: "enter"; readonly draft: Draft }
	| { readonly at: "opening"; readonly entry: Entry }
	| { readonly at: "visit"; readonly entry: Entry; readonly store: RoomStore }
	| { readonly at: "end"; readonly entry: Entry; readonly reason: EndReason };

export function App({ open, preferences }: AppProps): ReactNode {
	const [screen, setScreen] = useState<Screen>(() => ({
		at: "enter",
		draft: { room: roomFromFragment(window.location.hash), nickname: "", refused: undefined },
	}));

	/** The visit that is wanted now: one that opens after it was given up is left again. */
	const wanted = useRef<Entry>(undefined);

	const toEnter = (entry: Entry, refused?: Draft["refused"]): void => {
		wanted.current = undefined;
		setScreen({ at: "enter", draft: { room: entry.room, nickname: entry.nickname, refused } });
	};
	const begin = async (entry: Entry): Promise<void> => {
		wanted.current = entry;
		window.history.replaceState(null, "", roomLink(window.location.href, entry.room));
		setScreen({ at: "opening", entry });
		const store = await open(entry);
		if (wanted.current !== entry) return void store?.leave();
		if (store === undefined) setScreen({ at: "end", entry, reason: { code: "unreachable" } });
		else setScreen({ at: "visit", entry, store });
	};
	const crashed = (entry: Entry, store: RoomStore): void => {
		void store.leave();
		toEnter(entry);
	};
	const end = (entry: Entry, reason: EndReason): void => {
		if (reason.code === "left" || reason.code === "cancelled") return toEnter(entry);
		if (reason.code === "entry-refused" && (reason.why === "name-taken" || reason.why === "name-invalid")) {
			return toEnter(entry, reason.why);
		}
		setScreen({ at: "end", entry, reason });
	};

	return (
		<WordsProvider store={preferences}>
			{screen.at === "enter" && <EnterScreen {...screen.draft} onJoin={(entry) => void begin(entry)} />}
			{screen.at === "opening" && <OpeningScreen room={screen.entry.room} onCancel={() => toEnter(screen.entry)} />}
			{screen.at === "visit" && (
				<CrashBoundary onRestart={() => crashed(screen.entry, screen.store)}>
					<VisitScreen store={screen.store} onEnd={(reason) => end(screen.entry, reason)} />
				</CrashBoundary>
			)}
			{screen.at === "end" && (
				<EndScreen
					reason={screen.reason}
					onAgain={() => void begin(screen.entry)}
					onBack={() => toEnter(screen.entry)}
				/>
			)}
		</WordsProvider>
	);
}
