import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { nodeRegistry } from '../../../../src/nodes/index';
import type { PipelineDocument } from '../../../../src/pipeline/schema';
import type { Diagnostic } from '../../../../src/runtime/api/engine/diagnostics';
import { parse } from '../../../../src/runtime/compile/parse';
import { leaveOutUnbound, validate } from '../../../../src/runtime/compile/validate';
import { greedyRecipe } from '../../../support/worked-example';

/** The worked example as a document that a test may change. */
interface Draft {
  nodes: Record<string, { type: string; version: number; params: Record<string, unknown> }>;
  edges: { from: string; to: string }[];
}

/** What is found in the worked example after a change. */
function findings(change: (draft: Draft) => void = () => undefined): readonly Diagnostic[] {
  const draft = structuredClone(greedyRecipe) as unknown as Draft;
  change(draft);
  const { document, diagnostics } = parse(JSON.stringify(draft), nodeRegistry);
  expect(diagnostics).toEqual([]);
  return validate(document!, nodeRegistry).diagnostics;
}

const node = (type: string, params: Record<string, unknown> = {}) => ({ type, version: 1, params });
const wire = (draft: Draft, from: string, to: string): void => void draft.edges.push({ from, to });
const unwire = (draft: Draft, to: string): void => {
  draft.edges = draft.edges.filter((edge) => edge.to !== to);
};

describe('validate', () => {
  it('finds nothing in the worked example', () => {
    expect(findings()).toEqual([]);
  });

  it('finds a node type that it does not have', () => {
    const found = findings((draft) => {
      draft.nodes.lncc!.type = 'similarity.guess';
    });
    expect(found).toMatchObject([{ code: 'unknown-node', at: { nodeId: 'lncc' } }]);
  });

  it('finds a node of a newer version, and takes one of today’s', () => {
    const withVersion = (version: number) =>
      findings((draft) => {
        draft.nodes.lncc!.version = version;
      });
    expect(withVersion(2)).toMatchObject([{ code: 'node-version', at: { nodeId: 'lncc' } }]);
    expect(withVersion(1)).toEqual([]);
  });

  it('does not take a wire without ends for one: a document that was parsed has none', () => {
    const { document } = parse(JSON.stringify(greedyRecipe), nodeRegistry);
    const edges = [{ from: 'lncc@2.x', to: 'register.objectives' }];
    expect(() => validate({ ...document!, edges }, nodeRegistry)).toThrow(
      '"lncc@2.x" is not the end of a wire',
    );
  });

  it('finds wires from and to ports that are not there', () => {
    const found = findings((draft) => {
      wire(draft, 'fixed.picture', 'register.fixed');
      wire(draft, 'fixed.image', 'register.guess');
    });
    expect(found.filter(({ code }) => code === 'unknown-port')).toMatchObject([
      { at: { nodeId: 'fixed', port: 'picture' } },
      { at: { nodeId: 'register', port: 'guess' } },
    ]);
  });

  it.each(['constructor', 'toString', 'valueOf'])('knows no port called "%s"', (port) => {
    const found = findings((draft) => {
      wire(draft, `fixed.${port}`, 'register.objectives');
      wire(draft, 'fixed.image', `register.${port}`);
    });
    expect(found.map(({ code, at }) => `${code} ${at.nodeId}.${at.port}`).sort()).toEqual([
      `unknown-port fixed.${port}`,
      `unknown-port register.${port}`,
    ]);
  });

  it('finds an output of another type than the input takes', () => {
    const found = findings((draft) => {
      unwire(draft, 'register.model');
      wire(draft, 'lncc.objective', 'register.model');
    });
    expect(found).toMatchObject([
      { code: 'type-mismatch', at: { nodeId: 'register', port: 'model' } },
    ]);
  });

  it.each(['fixed', 'moving', 'model', 'objectives', 'optimizer', 'schedule'])(
    'finds that nothing is wired to "%s" of register',
    (port) => {
      const found = findings((draft) => unwire(draft, `register.${port}`));
      expect(found).toMatchObject([{ code: 'missing-input', at: { nodeId: 'register', port } }]);
    },
  );

  it('does without what is optional', () => {
    expect(findings((draft) => unwire(draft, 'register.initial'))).toEqual([]);
  });

  it('finds two wires where one may end, and lets many end where many may', () => {
    const found = findings((draft) => {
      draft.nodes.other = node('model.greedy');
      wire(draft, 'other.model', 'register.model');
    });
    expect(found).toMatchObject([
      { code: 'too-many-wires', at: { nodeId: 'register', port: 'model' } },
    ]);
    const many = findings((draft) => {
      draft.nodes.other = node('similarity.mean-squared-error');
      wire(draft, 'other.objective', 'register.objectives');
    });
    expect(many).toEqual([]);
  });

  it('finds wires that run in a circle, and names them in their order', () => {
    const found = findings((draft) => {
      unwire(draft, 'start.fixed');
      wire(draft, 'register.warped', 'start.fixed');
    });
    expect(found).toMatchObject([{ code: 'cycle' }]);
    expect(found[0]?.message).toMatch(/start → register → start|register → start → register/);
  });

  it('finds a node that is wired to itself', () => {
    const found = findings((draft) => {
      unwire(draft, 'register.fixed');
      wire(draft, 'register.warped', 'register.fixed');
    });
    expect(found).toMatchObject([{ code: 'cycle', at: { nodeId: 'register' } }]);
  });

  it.each([
    ['radiusVoxels', 0],
    ['radiusVoxels', 1.5],
    ['radiusVoxels', 'two'],
    ['weight', -1],
  ])('finds %s = %s out of its bounds', (parameter, value) => {
    const found = findings((draft) => {
      draft.nodes.lncc!.params[parameter] = value;
    });
    expect(found).toMatchObject([{ code: 'parameter', at: { nodeId: 'lncc', parameter } }]);
  });

  it('takes a parameter at its bound, and fills in those that are not written', () => {
    const within = findings((draft) => {
      draft.nodes.lncc!.params = { radiusVoxels: 1 };
    });
    expect(within).toEqual([]);
    const { document } = parse(JSON.stringify(greedyRecipe), nodeRegistry);
    const lncc = validate(document!, nodeRegistry).graph?.nodes.find(({ id }) => id === 'lncc');
    expect(lncc?.params).toMatchObject({ radiusVoxels: 2, epsilon: 1e-5 });
  });

  it('reports everything at once, and then gives no graph', () => {
    const found = findings((draft) => {
      draft.nodes.lncc!.params.radiusVoxels = 0;
      draft.nodes.model!.type = 'model.guess';
      unwire(draft, 'register.schedule');
    });
    expect(found.map(({ code }) => code).sort()).toEqual([
      'missing-input',
      'parameter',
      'unknown-node',
    ]);
    expect(validateText({ ...greedyRecipe, edges: [] }).graph).toBeUndefined();
  });

  it('orders nodes so that each comes after what it needs', () => {
    const ids = validateText(greedyRecipe).graph!.nodes.map(({ id }) => id);
    for (const { from, to } of greedyRecipe.edges) {
      const [source, target] = [from, to].map((end) => ids.indexOf(end.split('.')[0]!));
      expect(source, `${from} before ${to}`).toBeLessThan(target!);
    }
  });
});

/** A chain from the last node of the document to the first, each wired to four after it. */
function largestDocument(nodes: number): PipelineDocument {
  const ids = Array.from({ length: nodes }, (_, index) => `n${String(index).padStart(3, '0')}`);
  const edges = ids.flatMap((id, index) =>
    ids.slice(index + 1, index + 5).map((from) => ({ from: `${from}.image`, to: `${id}.image` })),
  );
  const chain = ids.map((id) => [id, node('prepare.normalize-intensity')] as const);
  return parse(
    JSON.stringify({ ...greedyRecipe, nodes: Object.fromEntries(chain), edges }),
    nodeRegistry,
  ).document!;
}

it('checks the largest document at once', () => {
  const document = largestDocument(500);
  expect(document.edges.length).toBe(1990);
  const started = performance.now();
  const { diagnostics } = validate(document, nodeRegistry);
  // It took three seconds while every node looked through every wire.
  expect(performance.now() - started).toBeLessThan(1500);
  expect(diagnostics.filter(({ code }) => code === 'too-many-wires')).toHaveLength(498);
});

describe('parse', () => {
  it('says where a text is not a document', () => {
    const { document, diagnostics } = parse('{ "schemaVersion": 1,', nodeRegistry);
    expect(document).toBeUndefined();
    expect(diagnostics).toMatchObject([{ code: 'document' }]);
    expect(diagnostics[0]?.message).toContain('Line 1');
  });

  it('brings parameters of older nodes up to date', () => {
    const older = { ...nodeRegistry.get('similarity.lncc')!, version: 2 };
    const registry = new Map(nodeRegistry).set(older.type, {
      ...older,
      migrations: { 1: (params) => ({ ...params, radiusVoxels: 7 }) },
    });
    const { document, diagnostics } = parse(JSON.stringify(greedyRecipe), registry);
    expect(diagnostics).toEqual([]);
    expect(document?.nodes.lncc).toMatchObject({ version: 2, params: { radiusVoxels: 7 } });
  });

  it('leaves it to validate to say, once, that a node is newer', () => {
    const known = nodeRegistry.get('similarity.lncc')!;
    const registry = new Map(nodeRegistry).set(known.type, { ...known, migrations: {} });
    const draft = structuredClone(greedyRecipe) as unknown as Draft;
    draft.nodes.lncc!.version = 3;
    const parsed = parse(JSON.stringify(draft), registry);
    const validated = validate(parsed.document!, registry);
    expect([...parsed.diagnostics, ...validated.diagnostics].map(({ code }) => code)).toEqual([
      'node-version',
    ]);
  });
});

describe('leaveOutUnbound', () => {
  const text = readFileSync('pipelines/brain-2d-greedy.json', 'utf8');
  const document = parse(text, nodeRegistry).document!;
  const graph = validate(document, nodeRegistry).graph!;
  const idsOf = (nodes: readonly { readonly id: string }[]) => nodes.map(({ id }) => id);
  const typeOf = (id: string): string => document.nodes[id]!.type;

  it('leaves out label loaders without data, and all that cannot do without them', () => {
    const { graph: left, leftOut } = leaveOutUnbound(graph, (id) => !typeOf(id).includes('labels'));
    expect(leftOut.map(typeOf).sort()).toEqual([
      'apply.labels',
      'evaluate.dice',
      'load.labels',
      'load.labels',
      'save.labels',
    ]);
    expect(idsOf(left.nodes)).toEqual(idsOf(graph.nodes).filter((id) => !leftOut.includes(id)));
    expect(left.nodes.map(({ definition }) => definition.type)).toContain('register');
  });

  it('leaves out only what the missing one feeds', () => {
    const { leftOut } = leaveOutUnbound(graph, (id) => id !== 'fixed-labels');
    expect(leftOut.map(typeOf).sort()).toEqual(['evaluate.dice', 'load.labels']);
  });

  it('leaves nothing out where everything is bound', () => {
    expect(leaveOutUnbound(graph, () => true)).toEqual({ graph, leftOut: [] });
  });

  it('does not leave out images: without them there is nothing to run', () => {
    const { leftOut } = leaveOutUnbound(graph, (id) => typeOf(id).includes('labels'));
    expect(leftOut).toEqual([]);
  });
});

function validateText(recipe: object) {
  const { document } = parse(JSON.stringify(recipe), nodeRegistry);
  return validate(document as PipelineDocument, nodeRegistry);
}
