import { Component, type ReactNode } from 'react';

interface Props {
  readonly children: ReactNode;
}

interface State {
  readonly message: string | undefined;
}

/** Where a fault in the page ends: it says so, and that the draft is kept. */
export class ErrorBoundary extends Component<Props, State> {
  override state: State = { message: undefined };

  static getDerivedStateFromError(error: unknown): State {
    return { message: error instanceof Error ? error.message : String(error) };
  }

  override render(): ReactNode {
    if (this.state.message === undefined) return this.props.children;
    return (
      <main className="fault">
        <h1>The page has stopped</h1>
        <p>
          This is a fault of Weft: <span className="weft-mono">{this.state.message}</span>
        </p>
        <p>Your recipe is kept as a draft. Reload the page, and it offers to recover it.</p>
        <button type="button" className="weft-link" onClick={() => location.reload()}>
          Reload
        </button>
      </main>
    );
  }
}
