import type { ReactNode } from "react";
import { Button, Dialog, Heading, Modal, ModalOverlay } from "react-aria-components";
import { useWords } from "../words.tsx";

interface DialogWindowProps {
	readonly title: ReactNode;
	readonly onClose: () => void;
	/** "side" is a drawer at the edge of a narrow screen. */
	readonly place?: "middle" | "side";
	readonly children: ReactNode;
}

/** A dialog over the page. Esc, a click beside it and its button close it; the focus goes back to where it was. */
export function DialogWindow({ title, onClose, place = "middle", children }: DialogWindowProps): ReactNode {
	const { app } = useWords();
	return (
		<ModalOverlay className="shade" isOpen isDismissable onOpenChange={(open) => !open && onClose()}>
			<Modal className={`window window-${place}`}>
				<Dialog className="dialog">
					<div className="dialog-head">
						<Heading slot="title" level={2}>
							{title}
						</Heading>
						<Button className="button quiet" onPress={onClose}>
							{app.close}
						</Button>
					</div>
					<div className="dialog-body">{children}</div>
				</Dialog>
			</Modal>
		</ModalOverlay>
	);
}
