import {
	type AdmissionPolicy,
	type DetailsView,
	type EndReason,
	type Entry,
	roomFromFragment,
	roomLink,
	type RoomStore,
} from "@clowder/client";
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

/** What was typed before, and what was wrong with the name. A passphrase is not kept: it is typed anew. */
interface Draft {
	readonly room: string;
	readonly nickname: string;
	readonly policy: AdmissionPolicy;
	readonly withPassphrase: boolean;
	readonly refused: "name-taken" | "name-invalid" | undefined;
}

/** Of the room that a visit was in. */
type Terms = DetailsView["terms"];

type Screen =
	| { readonly at: "enter"; readonly draft: Draft }
	| { readonly at: "opening"; readonly entry: Entry }
	| { readonly at: "visit"; readonly entry: Entry; readonly store: RoomStore }
	| { readonly at: "end"; readonly entry: Entry; readonly reason: EndReason; readonly terms: Terms };

export function App({ open, preferences }: AppProps): ReactNode {
	const [screen, setScreen] = useState<Screen>(() => ({
		at: "enter",
		draft: {
			room: roomFromFragment(window.location.hash),
			nickname: "",
			policy: "open",
			withPassphrase: false,
			refused: undefined,
		},
	}));

	/** The visit that is wanted now: one that opens after it was given up is left again. */
	const wanted = useRef<Entry>(undefined);

	const toEnter = (entry: Entry, refused?: Draft["refused"], terms?: Terms): void => {
		wanted.current = undefined;
		const { room, nickname } = entry;
		const policy = terms?.policy ?? entry.policy;
		const withPassphrase = terms?.passphrase ?? entry.passphrase !== undefined;
		setScreen({ at: "enter", draft: { room, nickname, policy, withPassphrase, refused } });
	};
	const begin = async (entry: Entry): Promise<void> => {
		wanted.current = entry;
		window.history.replaceState(null, "", roomLink(window.location.href, entry.room));
		setScreen({ at: "opening", entry });
		const store = await open(entry);
		if (store === undefined) entry.passphrase?.erase();
		if (wanted.current !== entry) return void store?.leave(true);
		if (store === undefined) setScreen({ at: "end", entry, reason: { code: "unreachable" }, terms: undefined });
		else setScreen({ at: "visit", entry, store });
	};
	/** Back into a room, under the same terms: should everyone have gone, nobody opens a laxer one unawares. */
	const again = (entry: Entry, terms: Terms): void => {
		if (entry.passphrase !== undefined || terms?.passphrase === true) return toEnter(entry, undefined, terms);
		void begin({ ...entry, policy: terms?.policy ?? entry.policy });
	};
	const crashed = (entry: Entry, store: RoomStore): void => {
		void store.leave(true);
		toEnter(entry);
	};
	const end = (entry: Entry, reason: EndReason, terms: Terms): void => {
		if (reason.code === "left" || reason.code === "cancelled") return toEnter(entry, undefined, terms);
		if (reason.code === "entry-refused" && (reason.why === "name-taken" || reason.why === "name-invalid")) {
			return toEnter(entry, reason.why, terms);
		}
		setScreen({ at: "end", entry, reason, terms });
	};

	return (
		<WordsProvider store={preferences}>
			{screen.at === "enter" && <EnterScreen {...screen.draft} onJoin={(entry) => void begin(entry)} />}
			{screen.at === "opening" && <OpeningScreen room={screen.entry.room} onCancel={() => toEnter(screen.entry)} />}
			{screen.at === "visit" && (
				<CrashBoundary onRestart={() => crashed(screen.entry, screen.store)}>
					<VisitScreen store={screen.store} onEnd={(reason, terms) => end(screen.entry, reason, terms)} />
				</CrashBoundary>
			)}
			{screen.at === "end" && (
				<EndScreen
					reason={screen.reason}
					onAgain={() => again(screen.entry, screen.terms)}
					onBack={() => toEnter(screen.entry)}
				/>
			)}
		</WordsProvider>
	);
}
