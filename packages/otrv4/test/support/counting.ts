import type { OtrPrimitives } from "@clowder/crypto/otr";

/** How often each costly thing was computed. */
export interface Counts {
	shake256: number;
	multiply: number;
	dh: number;
}

/** The same primitives, counted. */
export function counting(primitives: OtrPrimitives): { readonly primitives: OtrPrimitives; readonly counts: Counts } {
	const counts: Counts = { shake256: 0, multiply: 0, dh: 0 };
	const { ed448, dh } = primitives;
	const counted: OtrPrimitives = {
		...primitives,
		shake256(parts, length) {
			counts.shake256++;
			return primitives.shake256(parts, length);
		},
		ed448: {
			...ed448,
			multiply(point, scalar) {
				counts.multiply++;
				return ed448.multiply(point, scalar);
			},
		},
		dh: {
			...dh,
			agree(secret, theirs) {
				counts.dh++;
				return dh.agree(secret, theirs);
			},
		},
	};
	return { primitives: counted, counts };
}
