import { type Entry, pickLocale, type RoomStore } from "@clowder/client";
import { browserClient } from "@clowder/client/browser";
import { createRoot } from "react-dom/client";
import { App } from "./app.tsx";
import { preferencesStore } from "./preferences.ts";
import { findServer } from "./server-address.ts";
import "./styles/index.css";

const preferences = preferencesStore(
	{ locale: pickLocale(navigator.languages), appearance: "auto", previews: true },
	document.documentElement,
);

/** Asked anew each time, so that "try again" helps when the server was away. */
async function open(entry: Entry): Promise<RoomStore | undefined> {
	const address = await findServer(new URL(window.location.href));
	return address === undefined ? undefined : browserClient(address).open(entry, preferences.get());
}

createRoot(document.getElementById("app") as HTMLElement).render(<App open={open} preferences={preferences} />);
