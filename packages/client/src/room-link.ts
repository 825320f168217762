const KEY = "room";

/**
 * A link that fills the room in. The name stands behind the `#`, which browsers do not send to the web server.
 * `page` is the address of the page, with or without a fragment.
 */
export function roomLink(page: string, room: string): string {
	return `${page.split("#", 1)[0]}#${new URLSearchParams({ [KEY]: room }).toString()}`;
}

/** The room that a fragment (with its `#`, as `location.hash` gives it) names; empty where it names none. */
export function roomFromFragment(fragment: string): string {
	return new URLSearchParams(fragment.replace(/^#/, "")).get(KEY) ?? "";
}
