import { cardSize } from '../src/editor/canvas/layout';
import type { PipelineDocument } from '../src/pipeline/schema';
import type { NodeRegistry } from '../src/runtime/api/nodes/define-node';

const columnWidth = 288;
const gap = 22;

/**
 * Places the cards of a recipe as a person would: data flows along the top from left to right, the parts of a stage (model,
 * objective, optimizer, levels) hang below in the column before it, and labels keep to the bottom.
 */
export function layoutInColumns(
  document: PipelineDocument,
  registry: NodeRegistry,
): Readonly<Record<string, readonly [number, number]>> {
  const ids = Object.keys(document.nodes);
  const nodeOf = (end: string): string => end.slice(0, end.indexOf('.'));
  const definitionOf = (id: string) => registry.get(document.nodes[id]?.type ?? '');
  const isPart = (id: string): boolean => {
    const definition = definitionOf(id);
    const outputs = Object.values(definition?.outputs ?? {}).map(({ type }) => type);
    return outputs.some((type) => ['model', 'objective', 'optimizer', 'schedule'].includes(type));
  };
  const isOfLabels = (id: string): boolean =>
    /labels|dice|landmark/.test(document.nodes[id]?.type ?? '');
  const before = (id: string) =>
    document.edges.filter(({ to }) => nodeOf(to) === id).map(({ from }) => nodeOf(from));
  const after = (id: string) =>
    document.edges.filter(({ from }) => nodeOf(from) === id).map(({ to }) => nodeOf(to));
  const columns = new Map<string, number>();
  const columnOf = (id: string): number => {
    const known = columns.get(id);
    if (known !== undefined) return known;
    const data = before(id).filter((source) => !isPart(source));
    const column = isPart(id)
      ? Math.min(
          ...after(id)
            .filter((user) => !isPart(user))
            .map(columnOf),
        ) - 1
      : data.length === 0
        ? 0
        : 1 + Math.max(...data.map(columnOf));
    columns.set(id, Number.isFinite(column) ? column : 0);
    return columns.get(id) ?? 0;
  };
  const order = (id: string): number =>
    (isOfLabels(id) ? 4 : 0) +
    (isPart(id) ? 2 : 0) +
    (/^(?:view|save)/.test(document.nodes[id]?.type ?? '') ? 1 : 0);
  const bottoms = new Map<number, number>();
  const layout: Record<string, readonly [number, number]> = {};
  const sorted = ids.toSorted((a, b) => order(a) - order(b) || a.localeCompare(b, 'en'));
  for (const id of sorted) {
    const column = columnOf(id);
    const top = bottoms.get(column) ?? 0;
    layout[id] = [column * columnWidth, top];
    bottoms.set(column, top + Math.ceil(cardSize(document, registry, id).height) + gap);
  }
  return layout;
}
