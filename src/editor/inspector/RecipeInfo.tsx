import { Anchor, Textarea, TextInput } from '@mantine/core';
import { flowOrder } from '../canvas/flow-order';
import { useDocument, useEditor, useView } from '../editor-context';
import { readable } from '../plain-text';

/** The recipe itself: name, description, references, and its nodes as a list in order. */
export function RecipeInfo() {
  const { documents, registry, views } = useEditor();
  const document = useDocument((state) => state.document);
  const selected = useView((state) => state.selectedNodes);
  const nodes = flowOrder(document).flatMap((nodeId) => {
    const node = document.nodes[nodeId];
    return node === undefined ? [] : [[nodeId, node] as const];
  });
  const metrics = Object.entries(document.expects?.metrics ?? {});
  return (
    <>
      <div className="inspector-head">
        <h2 className="weft-hidden">The recipe</h2>
        <TextInput
          variant="unstyled"
          size="md"
          className="inspector-title"
          aria-label="Name of the recipe"
          value={document.name}
          maxLength={200}
          onChange={(event) => {
            const name = event.currentTarget.value;
            documents.edit((now) => ({ ...now, name: name || 'Untitled recipe' }), 'recipe name');
          }}
        />
      </div>
      <div className="inspector-body">
        <Textarea
          size="sm"
          label="What it does"
          autosize
          minRows={3}
          maxRows={8}
          maxLength={10_000}
          value={document.description}
          onChange={(event) => {
            const description = event.currentTarget.value;
            documents.edit((now) => ({ ...now, description }), 'recipe description');
          }}
        />
        {metrics.length > 0 && (
          <section>
            <h3>It must reach</h3>
            <dl className="facts facts-inline">
              {metrics.map(([name, bounds]) => (
                <div key={name}>
                  <dt className="weft-mono">{readable(name)}</dt>
                  <dd>
                    {bounds.atLeast !== undefined && `≥ ${bounds.atLeast} `}
                    {bounds.atMost !== undefined && `≤ ${bounds.atMost}`}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        )}
        <section>
          <h3>Nodes</h3>
          <ol className="outline">
            {nodes.map(([nodeId, node]) => (
              <li key={nodeId}>
                <button
                  type="button"
                  aria-current={selected.includes(nodeId)}
                  onClick={() => views.focusNode(nodeId)}
                >
                  <span>{readable(node.title ?? registry.get(node.type)?.title ?? node.type)}</span>
                  <span className="weft-soft weft-mono">{nodeId}</span>
                </button>
              </li>
            ))}
          </ol>
        </section>
        {document.references && (
          <section>
            <h3>References</h3>
            <ul className="references">
              {document.references.map(({ text, doi, url }) => {
                const address = doi === undefined ? url : `https://doi.org/${doi}`;
                return (
                  <li key={text}>
                    {readable(text)}{' '}
                    {address !== undefined && (
                      <Anchor href={address} target="_blank" rel="noreferrer" size="sm">
                        {doi === undefined ? 'link' : `doi:${doi}`}
                      </Anchor>
                    )}
                  </li>
                );
              })}
            </ul>
          </section>
        )}
      </div>
    </>
  );
}
