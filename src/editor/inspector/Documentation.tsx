import { Anchor } from '@mantine/core';
import type { NodeDefinition } from '../../runtime/api/nodes/define-node';
import { Formula } from './Formula';
import { MarkdownLite } from './MarkdownLite';

/** What a node does, its formula and where it comes from. */
export function Documentation({ definition }: { definition: NodeDefinition }) {
  const { summary, details, formula, references } = definition.documentation;
  return (
    <div className="inspector-body documentation">
      <p className="documentation-summary">{summary}</p>
      {formula !== undefined && <Formula tex={formula} />}
      <MarkdownLite text={details} />
      {references !== undefined && references.length > 0 && (
        <>
          <h3>References</h3>
          <ul className="references">
            {references.map(({ text, doi }) => (
              <li key={text}>
                {text}{' '}
                {doi !== undefined && (
                  <Anchor
                    href={`https://doi.org/${doi}`}
                    target="_blank"
                    rel="noreferrer"
                    size="sm"
                  >
                    doi:{doi}
                  </Anchor>
                )}
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}
