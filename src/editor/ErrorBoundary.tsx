import { Component, type ReactNode } from 'react';
import { writeDocument } from '../pipeline/write-document';
import { EditorContext } from './editor-context';
import { downloadBytes, recipeFileName } from './files/save-file';

interface Props {
  readonly children: ReactNode;
}

interface State {
  readonly message: string | undefined;
  /** What has become of unsaved edits; undefined while that is being found out. */
  readonly edits?: 'kept' | 'lost' | 'nothing';
}

const says = {
  kept: 'Your edits are kept as a draft. Reload the page, and it offers to recover them.',
  nothing: 'There were no edits that are not in a file. Reload the page to go on.',
  lost: 'The browser keeps no draft of your edits: save them to a file before you reload the page.',
};

/** Where a fault in the page ends: it says so, and what has become of unsaved edits. */
export class ErrorBoundary extends Component<Props, State> {
  static override contextType = EditorContext;
  declare context: React.ContextType<typeof EditorContext>;
  override state: State = { message: undefined };

  static getDerivedStateFromError(error: unknown): State {
    return { message: error instanceof Error ? error.message : String(error) };
  }

  override componentDidCatch(): void {
    void this.context?.drafts.secure().then((edits) => this.setState({ edits }));
  }

  readonly #save = (): void => {
    const document = this.context?.documents.store.getState().document;
    if (document === undefined) return;
    const bytes = new TextEncoder().encode(writeDocument(document));
    downloadBytes(recipeFileName(document.name), bytes, 'application/json');
  };

  override render(): ReactNode {
    const { message, edits } = this.state;
    if (message === undefined) return this.props.children;
    return (
      <main className="fault">
        <h1>The page has stopped</h1>
        <p>
          This is a fault of Weft: <span className="weft-mono">{message}</span>
        </p>
        <p>{edits === undefined ? 'Looking after your edits …' : says[edits]}</p>
        <p className="fault-actions">
          {edits !== 'nothing' && (
            <button type="button" className="weft-link" onClick={this.#save}>
              Save to a file
            </button>
          )}
          <button type="button" className="weft-link" onClick={() => location.reload()}>
            Reload
          </button>
        </p>
      </main>
    );
  }
}
