import type { EnterStep } from "@clowder/carrier";
import type { RoomView } from "@clowder/mpotr";
import type { People } from "./people.ts";
import type { JoinDetail, JoiningView, JoinStep, JoinStepId, StepState } from "./snapshot.ts";

/** How far the way in is. */
export interface JoinProgress {
	/** Of the carrier's steps, the latest it has told. */
	readonly carrier: EnterStep | "entered" | undefined;
	readonly keysMade: boolean;
	readonly slow: boolean;
	/** The room asks for a passphrase that we do not have. */
	readonly passphrase: JoiningView["passphrase"];
}

const STEPS: readonly JoinStepId[] = ["connect", "keys", "enter", "ask", "agree"];

/** The way in as named steps, each in the state it really is in. */
export function joiningView(progress: JoinProgress, view: RoomView | undefined, people: People): JoiningView {
	const attempt = view?.attempt;
	const agreeing = view?.phase === "agreeing";
	const count =
		agreeing && attempt !== undefined && attempt.others > 0
			? { done: attempt.answered, total: attempt.others }
			: undefined;
	const steps = STEPS.map(
		(id): JoinStep => ({
			id,
			state: stateOf(id, progress, view),
			detail: detailOf(id, progress, view),
			count: id === "agree" ? count : undefined,
		}),
	);
	const finished = steps.filter((step) => step.state === "done").length;
	const within =
		!agreeing || attempt === undefined || attempt.total === 0 ? 0 : Math.min(attempt.done / attempt.total, 1);
	return {
		steps,
		fraction: Math.min((finished + (finished < STEPS.length ? within : 0)) / STEPS.length, 1),
		waitingFor:
			progress.slow && attempt !== undefined
				? attempt.waitingFor
						.filter(({ person }) => person === undefined || !person.self)
						.map(({ person, owes }) => ({
							person: person === undefined ? undefined : people.ref(person),
							owes,
						}))
				: [],
		slow: progress.slow,
		passphrase: progress.passphrase,
	};
}

function stateOf(id: JoinStepId, { carrier, keysMade }: JoinProgress, view: RoomView | undefined): StepState {
	const inside = view?.session !== undefined;
	const agreeing = view?.phase === "agreeing";
	switch (id) {
		case "connect":
			if (carrier === undefined) return "todo";
			return carrier === "connecting" ? "now" : "done";
		case "keys":
			return keysMade ? "done" : "now";
		case "enter":
			if (carrier === "entered") return "done";
			return carrier === "registering" || carrier === "entering" ? "now" : "todo";
		case "ask":
			if (inside || agreeing) return "done";
			return carrier === "entered" ? "now" : "todo";
		case "agree":
			if (inside) return "done";
			return agreeing ? "now" : "todo";
	}
}

function detailOf(
	id: JoinStepId,
	{ carrier, passphrase }: JoinProgress,
	view: RoomView | undefined,
): JoinDetail | undefined {
	if (id === "enter" && (carrier === "registering" || carrier === "entering")) return carrier;
	if (id !== "ask" || carrier !== "entered") return undefined;
	if (passphrase !== undefined) return "passphrase";
	const phase = view?.phase;
	if (phase === "asking" && view?.room !== undefined && view.room.policy !== "open") return "admission";
	return phase === "founding" || phase === "knocking" || phase === "asking" ? phase : undefined;
}
