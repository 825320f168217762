/** Outlines that stay apart when small, in print and without colour. */
export const SHAPES = ["circle", "square", "triangle", "diamond", "star", "cross", "ring", "moon"] as const;
/** Hues that the skin draws at one luminance. The shape, not the hue, carries the difference for the colour-blind. */
export const COLOURS = ["red", "amber", "green", "teal", "blue", "violet"] as const;

export type Shape = (typeof SHAPES)[number];
export type Colour = (typeof COLOURS)[number];

/** A shape in a colour. */
export interface Mark {
	readonly shape: Shape;
	readonly colour: Colour;
}

/** Four marks: top left, top right, bottom left, bottom right. Data only; the skin draws it. */
export type Picture = readonly [Mark, Mark, Mark, Mark];

/** From 8 uniformly random bytes, two a tile. */
export function pictureOf(bytes: Uint8Array): Picture {
	const tile = (at: number): Mark => ({
		shape: SHAPES[(bytes[at] as number) % SHAPES.length] as Shape,
		colour: COLOURS[(bytes[at + 1] as number) % COLOURS.length] as Colour,
	});
	return [tile(0), tile(2), tile(4), tile(6)];
}
