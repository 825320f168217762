import { markWords, type Picture as PictureTiles } from "@clowder/client";
import type { ReactNode } from "react";
import { useWords } from "../words.tsx";
import { PersonMark } from "./person-mark.tsx";

/** A fingerprint as four shapes. */
export function Picture({ picture }: { picture: PictureTiles }): ReactNode {
	const words = useWords();
	const label = words.person.pictureOf(picture.map((tile) => markWords(words, tile)));
	return (
		<div className="picture" role="img" aria-label={label}>
			{picture.map((tile, place) => (
				<PersonMark key={place} mark={tile} />
			))}
		</div>
	);
}
