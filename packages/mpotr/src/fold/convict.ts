import type { Suite, VerifyKey } from "@clowder/crypto";
import type { RuleId } from "../api.ts";
import { type JoinOut, takeOut } from "./opening.ts";
import { type Effect, type Folded, type FoldState, type KeyName, keyName, newcomers, presentMembers } from "./state.ts";

/**
 * Those named by a present or next `v` are out at this place, everyone else goes on without them: members as after any
 * removal, newcomers as those who never came.
 */
export function convict(suite: Suite, state: FoldState, rule: RuleId, names: readonly KeyName[]): Folded {
	const isNamed = (v: VerifyKey): boolean => names.includes(keyName(v));
	const members = presentMembers(state)
		.filter((member) => isNamed(member.v) || isNamed(member.next.v))
		.map(({ v }) => ({ v, how: "misbehaved" as const }));
	const joins = [...(state.attempt ? newcomers(state.attempt) : []), ...state.pending]
		.filter((join) => isNamed(join.keySet.v))
		.map((join): JoinOut => ({ join, why: "misbehaved" }));
	if (members.length + joins.length === 0) return { state, effects: [] };
	const out = takeOut(suite, state, members, joins);
	const blamed = [...members.map(({ v }) => v), ...joins.map(({ join }) => join.keySet.v)];
	return { state: out.state, effects: [...blamed.map((v): Effect => ({ type: "blamed", v, rule })), ...out.effects] };
}
