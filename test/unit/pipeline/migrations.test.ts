import { describe, expect, test } from 'vitest';
import {
  documentMigrations,
  migrateNodes,
  type NodeMigrations,
} from '../../../src/pipeline/migrations';
import { parseDocument } from '../../../src/pipeline/parse-document';
import type { PipelineDocument } from '../../../src/pipeline/schema';
import { schemaVersion } from '../../../src/pipeline/schema';
import { writeDocument } from '../../../src/pipeline/write-document';
import { parsedFixture, readFixture } from './fixture';

function frozen<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null) {
    Object.values(value).forEach(frozen);
    Object.freeze(value);
  }
  return value;
}

describe('document migrations', () => {
  test('lead from version 0 to the present without a gap', () => {
    expect(documentMigrations.map((step) => step.from)).toEqual([...Array(schemaVersion).keys()]);
  });

  test.each(documentMigrations)('from $from gives the stored result', ({ from }) => {
    const parsed = parseDocument(readFixture(`version-${from}`));
    expect(parsed.ok && writeDocument(parsed.document)).toBe(
      readFixture(`version-${from}.migrated`),
    );
    expect(parsed.ok && parsed.migrated).toHaveLength(schemaVersion - from);
  });

  test.each(documentMigrations)('from $from leave their input as it is', ({ from, migrate }) => {
    const document = frozen(JSON.parse(readFixture(`version-${from}`)));
    expect(() => migrate(document)).not.toThrow();
  });

  test('say nothing where nothing was to do', () => {
    const parsed = parseDocument(readFixture('greedy-2d'));
    expect(parsed.ok && parsed.migrated).toEqual([]);
  });
});

describe('migrateNodes', () => {
  const lncc: NodeMigrations = {
    version: 3,
    migrate: {
      1: ({ radiusVoxels = 2, ...params }) => ({ ...params, radius: radiusVoxels }),
      2: (params) => ({ ...params, window: 'box' }),
    },
  };

  function withLnccVersion(version: number): PipelineDocument {
    const document = parsedFixture('greedy-2d');
    const node = { ...document.nodes.lncc!, version };
    return frozen({ ...document, nodes: { ...document.nodes, lncc: node } });
  }

  test('takes the parameters through every version between', () => {
    const { document, migrated, problems } = migrateNodes(
      withLnccVersion(1),
      new Map([['similarity.lncc', lncc]]),
    );
    expect(document.nodes.lncc).toMatchObject({
      version: 3,
      title: 'Local correlation',
      params: { radius: 2, weight: 1, window: 'box' },
    });
    expect(migrated).toEqual(['Node "lncc" (similarity.lncc) 1 to 3.']);
    expect(problems).toEqual([]);
  });

  test('leaves nodes of the present version and of unknown types as they are', () => {
    const before = withLnccVersion(3);
    const after = migrateNodes(before, new Map([['similarity.lncc', lncc]]));
    expect(after).toEqual({ document: before, migrated: [], problems: [] });
  });

  test('reports a node of a newer version and keeps it', () => {
    const before = withLnccVersion(4);
    const { document, problems } = migrateNodes(before, new Map([['similarity.lncc', lncc]]));
    expect(document).toEqual(before);
    expect(problems).toMatchObject([{ code: 'node-version-newer', path: 'nodes.lncc.version' }]);
  });

  test('reports a version from which nothing leads on and keeps the node', () => {
    const before = withLnccVersion(1);
    const gap = { version: 3, migrate: { 2: lncc.migrate[2]! } };
    const { document, problems } = migrateNodes(before, new Map([['similarity.lncc', gap]]));
    expect(document).toEqual(before);
    expect(problems).toMatchObject([{ code: 'node-version-unknown', path: 'nodes.lncc.version' }]);
  });
});
