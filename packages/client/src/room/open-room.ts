import { Room } from "./room.ts";
import type { RoomOptions, RoomStore } from "./store.ts";

/** Begins a visit; what comes of it is in the snapshots. */
export function openRoom(options: RoomOptions): RoomStore {
	const room = new Room(options);
	room.begin();
	// Screens pass single methods around (useSyncExternalStore does), so that none may need its `this`.
	return {
		getSnapshot: () => room.getSnapshot(),
		subscribe: (listener) => room.subscribe(listener),
		send: (text) => room.send(text),
		release: (id) => room.release(id),
		discard: (id) => room.discard(id),
		rekey: () => room.rekey(),
		answer: (person, yes) => room.answer(person, yes),
		mute: (person, muted) => room.mute(person, muted),
		setPreviews: (on) => room.setPreviews(on),
		tryPassphrase: (text) => room.tryPassphrase(text),
		leave: (atOnce) => room.leave(atOnce),
	};
}
