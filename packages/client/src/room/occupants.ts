import type { CarrierEvent, Handle } from "@clowder/carrier";

type Entered = CarrierEvent & { readonly type: "entered" };

/** Who is in the place by the carrier's account, so that a fresh participant can begin in the middle of a presence. */
export class Occupants {
	#entered: Entered | undefined;
	readonly #present = new Set<Handle>();

	follow(event: CarrierEvent): void {
		switch (event.type) {
			case "entered":
				this.#entered = event;
				this.#present.clear();
				for (const handle of event.occupants) this.#present.add(handle);
				return;
			case "joined":
				this.#present.add(event.handle);
				return;
			case "left":
				this.#present.delete(event.handle);
				return;
			case "closed":
				this.#entered = undefined;
				return;
			default:
				return;
		}
	}

	/** The `entered` that a carrier would give now; undefined outside. */
	asEntered(): Entered | undefined {
		return this.#entered === undefined ? undefined : { ...this.#entered, occupants: [...this.#present] };
	}
}
