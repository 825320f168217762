import type { RoomStore } from "@clowder/client";
import { type ReactNode, useId, useState } from "react";
import { Button, DialogTrigger, Popover } from "react-aria-components";
import { useWords } from "../words.tsx";

interface RoomMenuProps {
	readonly store: Pick<RoomStore, "rekey">;
	readonly onKeys: () => void;
	readonly onProtection: () => void;
}

/** Further commands of a room. A few buttons: a menu widget would be a fifth more of the page to load. */
export function RoomMenu({ store, onKeys, onProtection }: RoomMenuProps): ReactNode {
	const { room, help, protection } = useWords();
	const title = useId();
	const [open, setOpen] = useState(false);
	const commands: readonly (readonly [name: string, run: () => void])[] = [
		[room.newKeys, store.rekey],
		[protection.title, onProtection],
		[help.title, onKeys],
	];
	return (
		<DialogTrigger isOpen={open} onOpenChange={setOpen}>
			<Button id={title} className="button">
				{room.menu}
			</Button>
			<Popover className="popover menu" placement="bottom end" aria-labelledby={title}>
				{commands.map(([name, run]) => (
					<Button
						key={name}
						className="button quiet"
						onPress={() => {
							setOpen(false);
							run();
						}}
					>
						{name}
					</Button>
				))}
			</Popover>
		</DialogTrigger>
	);
}
