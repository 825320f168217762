import { type RefObject, useEffect, useEffectEvent, useRef, useSyncExternalStore } from "react";

/** The title of the browser's window or tab. */
export function useTitle(title: string): void {
	useEffect(() => {
		document.title = title;
	}, [title]);
}

/** Whether a media query holds now. */
export function useMedia(query: string): boolean {
	return useSyncExternalStore(
		(changed) => {
			const media = window.matchMedia(query);
			media.addEventListener("change", changed);
			return () => media.removeEventListener("change", changed);
		},
		() => window.matchMedia(query).matches,
	);
}

/** Puts the focus on an element when its screen appears, so that a screen reader says where one is. */
export function useFocusAtStart<Target extends HTMLElement>(): RefObject<Target | null> {
	const target = useRef<Target>(null);
	useEffect(() => target.current?.focus(), []);
	return target;
}

/** Calls `pressed` for keys that nothing on the page has used. */
export function useKey(key: string, pressed: (event: KeyboardEvent) => void): void {
	const listen = useEffectEvent((event: KeyboardEvent) => {
		const modified = event.ctrlKey || event.altKey || event.metaKey;
		if (event.key === key && !modified && !event.defaultPrevented && !event.isComposing) pressed(event);
	});
	useEffect(() => {
		window.addEventListener("keydown", listen);
		return () => window.removeEventListener("keydown", listen);
	}, []);
}

/** Whether a key pressed now writes. */
export function isWriting(target: EventTarget | null): boolean {
	return target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement;
}
