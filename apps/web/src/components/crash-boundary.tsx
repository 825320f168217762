import { Component, type ReactNode } from "react";
import { EndScreen } from "../screens/end-screen.tsx";

interface CrashBoundaryProps {
	readonly children: ReactNode;
	/** Ends what is running and goes back to the start. */
	readonly onRestart: () => void;
}

interface CrashBoundaryState {
	readonly detail: string | undefined;
}

/** Instead of an empty page: says that something of ours went wrong, and offers to begin again. */
export class CrashBoundary extends Component<CrashBoundaryProps, CrashBoundaryState> {
	override state: CrashBoundaryState = { detail: undefined };

	static getDerivedStateFromError(thrown: unknown): CrashBoundaryState {
		return { detail: thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : typeof thrown };
	}

	override render(): ReactNode {
		const { detail } = this.state;
		if (detail === undefined) return this.props.children;
		const restart = (): void => {
			this.props.onRestart();
			this.setState({ detail: undefined });
		};
		return <EndScreen reason={{ code: "bug", detail }} onAgain={restart} onBack={restart} />;
	}
}
