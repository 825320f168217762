import type { Client, Person } from "./client.ts";
import { garbageText } from "./faults.ts";
import { ROOM } from "./room.ts";
import type { Act, Who } from "./story.ts";
import { tellAct } from "./story.ts";
import type { World } from "./world.ts";

/** Does what a story says, in a world. */
export class Stage {
	readonly #world: World;
	readonly #interrupted: Set<Client> = new Set();
	#splitUntil = 0;

	constructor(world: World) {
		this.#world = world;
	}

	perform(act: Act): void {
		this.#world.tell(tellAct(act));
		switch (act.type) {
			case "loss":
			case "double":
			case "reorder":
			case "fork":
			case "flip":
				this.#world.faults.begin(act, this.#world.now + act.forMs);
				return;
			case "partition":
				return this.#partition(act.side, act.forMs);
			case "replay":
				return this.#replay(act);
			case "lie":
				return this.#lie(act.about, act.to);
			case "garbage":
				return this.#garbage(act.form, act.under);
			case "ghost":
				return this.#ghost(act.forMs);
			case "enter":
				return this.#enter(this.#world.person(act.who));
			case "cheat":
				this.#world.cheats.set(act.who, act.how);
				return;
			default:
				return this.#personal(act);
		}
	}

	/** What needs someone who is there. */
	#personal(act: Extract<Act, { who: Who }>): void {
		const world = this.#world;
		const person = world.person(act.who);
		const client = world.present(person);
		if (client === undefined) return;
		switch (act.type) {
			case "say":
				if (!client.asleep) world.say(client);
				return;
			case "rekey":
				if (!client.asleep) client.act((participant, now) => participant.rekey(now));
				return;
			case "leave":
				person.wants = false;
				if (client.asleep) client.kill();
				else client.act((participant, now) => participant.leave(now, act.atOnce));
				return;
			case "vanish":
				person.wants = false;
				client.kill();
				return;
			case "restart":
				client.kill();
				this.#after(act.forMs, () => {
					if (person.wants && person.client === client) world.enter(person);
				});
				return;
			default:
				return this.#line(act, client);
		}
	}

	/** What happens to someone's line or machine. */
	#line(act: Act, client: Client): void {
		const { network, random } = this.#world;
		switch (act.type) {
			case "interrupt":
				if (this.#interrupt(client)) this.#after(act.forMs, () => this.#resume(client));
				return;
			case "renew":
				if (client.seat !== undefined && !this.#interrupted.has(client)) network.renew(client.seat);
				return;
			case "sleep":
				if (client.asleep) return;
				client.sleep();
				// Who gives places to others sleeps with the machine.
				if (this.#world.story.profile === "sequenced") this.#interrupt(client);
				this.#after(act.forMs, () => {
					if (!client.asleep) return;
					if (this.#world.story.profile === "sequenced") this.#resume(client);
					client.awake(random.chance(0.5));
				});
				return;
			case "lag":
				client.lagUntil = Math.max(client.lagUntil, network.now + act.forMs);
				this.#after(act.forMs, () => client.catchUp());
				return;
			default:
				return;
		}
	}

	#after(ms: number, action: () => void): void {
		this.#world.network.at(this.#world.now + ms, action);
	}

	#enter(person: Person): void {
		if (this.#world.present(person) === undefined) this.#world.enter(person);
	}

	#interrupt(client: Client): boolean {
		if (client.seat === undefined || this.#interrupted.has(client)) return false;
		this.#world.network.interrupt(client.seat);
		this.#interrupted.add(client);
		return true;
	}

	#resume(client: Client): void {
		if (!this.#interrupted.delete(client) || !client.alive || client.seat === undefined) return;
		this.#world.network.resume(client.seat);
	}

	#ghost(forMs: number): void {
		const ghost = this.#world.addGhost();
		this.#world.enter(ghost);
		this.#after(forMs, () => {
			ghost.wants = false;
			ghost.client?.kill();
		});
	}

	#handles(who: readonly Who[]): string[] {
		return who.flatMap((one) => this.#world.present(this.#world.person(one))?.handle ?? []);
	}

	#partition(side: readonly Who[], forMs: number): void {
		const { network } = this.#world;
		if (this.#splitUntil > network.now) return;
		this.#splitUntil = network.now + forMs;
		network.split(ROOM, [[], this.#handles(side)]);
		const until = this.#splitUntil;
		this.#after(forMs, () => {
			if (this.#splitUntil === until) this.#heal();
		});
	}

	#heal(): void {
		this.#splitUntil = 0;
		this.#world.network.heal(ROOM);
	}

	#replay(act: Extract<Act, { type: "replay" }>): void {
		const { faults, network } = this.#world;
		const old = faults.remembered.at(-1 - act.back);
		if (old === undefined) return;
		const [under] = act.under === undefined ? [old.from] : this.#handles([act.under]);
		this.#inject(under ?? old.from, old.text, act.to);
		this.#world.tell(`  replayed ${old.text.slice(0, 24)} at ${network.now}`);
	}

	#inject(from: string, text: string, to: Who | undefined): void {
		const { network } = this.#world;
		if (to === undefined) network.inject(ROOM, from, text);
		else for (const handle of this.#handles([to])) network.tell(handle, { type: "text", from, text });
	}

	#lie(about: Who, to: Who | undefined): void {
		const { network, people } = this.#world;
		const [handle] = this.#handles([about]);
		if (handle === undefined) return;
		const deceived = to === undefined ? people.map(({ who }) => who) : [to];
		for (const one of this.#handles(deceived)) if (one !== handle) network.tell(one, { type: "left", handle });
	}

	#garbage(form: number, under: Who): void {
		const { faults, random } = this.#world;
		const [handle = "nobody"] = this.#handles([under]);
		this.#inject(handle, garbageText(random, form, faults.remembered), undefined);
	}

	/** From here on the carrier is well, all machines are awake and all lines are up. */
	calm(): void {
		this.#world.tell("calm");
		this.#world.faults.stop();
		if (this.#splitUntil > this.#world.now) this.#heal();
		for (const client of this.#interrupted) this.#resume(client);
		for (const { client } of this.#world.people) {
			if (client === undefined || !client.alive) continue;
			client.lagUntil = 0;
			if (client.asleep) client.awake(true);
			else client.catchUp();
		}
	}
}
