import { readFileSync } from 'node:fs';
import type { Section } from './report';

/** What `--json` writes, as far as two runs are compared by it. */
interface StoredRun {
  readonly machine: Readonly<Record<string, unknown>>;
  readonly device: string;
  readonly results: Readonly<Record<string, { readonly sections: readonly StoredSection[] }>>;
}

interface StoredSection {
  readonly title: string;
  readonly data: unknown;
}

/** What tells one entry of a list from the others. */
const nameKeys = ['recipe', 'pair', 'kernel', 'nodeId', 'phase', 'name', 'label'] as const;

/**
 * The figures that two stored runs both have, with the ratio of the second to the first. Runs of two
 * machines or settings can be compared, but say little: the title names both.
 * @throws Error where a file is no stored run
 */
export function compareRuns(paths: readonly string[]): readonly Section[] {
  const [before, after] = paths.map(readRun);
  if (!before || !after || paths.length !== 2) throw new Error('Name two files that --json wrote.');
  const sections: Section[] = [];
  for (const [suite, { sections: now }] of Object.entries(after.results)) {
    for (const { title, data } of now) {
      const then = before.results[suite]?.sections.find((section) => section.title === title);
      if (!then) continue;
      const known = new Map(figuresOf(then.data));
      const rows = figuresOf(data).flatMap(([name, value]) => {
        const old = known.get(name);
        if (old === undefined) return [];
        const ratio = old === value ? '=' : old === 0 ? '-' : (value / old).toFixed(3);
        return [[name, figureText(old), figureText(value), ratio]];
      });
      sections.push({
        title: `${suite}: ${title}`,
        columns: ['', 'before', 'after', 'ratio'],
        rows,
        data: {},
      });
    }
  }
  const [one, other] = [before, after].map(
    ({ machine, device }) => `${machine.commit} on ${device}, load ${machine.loadAverage}`,
  );
  const notes = [`before: ${one}`, `after: ${other}`];
  return [{ title: 'Two stored runs', columns: [], rows: [], notes, data: {} }, ...sections];
}

function readRun(path: string): StoredRun {
  const run = JSON.parse(readFileSync(path, 'utf8')) as Partial<StoredRun>;
  if (!run.results || !run.machine) throw new Error(`${path} is no run that --json wrote.`);
  return run as StoredRun;
}

/** Every number of a record by its path; lists of numbers by their median. */
function figuresOf(data: unknown, path = ''): (readonly [name: string, value: number])[] {
  if (typeof data === 'number') return [[path, data]];
  if (typeof data !== 'object' || data === null) return [];
  if (Array.isArray(data) && data.length > 0 && data.every((item) => typeof item === 'number')) {
    const sorted = [...(data as number[])].sort((a, b) => a - b);
    return [[path, sorted[Math.floor(sorted.length / 2)] as number]];
  }
  const entries = Array.isArray(data)
    ? data.map((item, index) => [labelOf(item) ?? String(index), item] as const)
    : Object.entries(data);
  return entries.flatMap(([key, value]) => figuresOf(value, path === '' ? key : `${path}.${key}`));
}

function labelOf(item: unknown): string | undefined {
  if (typeof item !== 'object' || item === null) return undefined;
  const record = item as Readonly<Record<string, unknown>>;
  const names = nameKeys.map((key) => record[key]).filter((name) => typeof name === 'string');
  return names.length > 0 ? names.join(' ') : undefined;
}

function figureText(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toPrecision(4);
}
