import type { MetricBounds } from '../../pipeline/schema';

type Bounds = Readonly<Record<string, MetricBounds>>;

/** One line of the table of metrics; without a value where the run did not measure it. */
export interface MetricRow {
  readonly name: string;
  readonly value: number | undefined;
  readonly bounds: MetricBounds | undefined;
}

/**
 * What was measured beside what the recipe states. Either may name a row plainly, `ncc`, or with its
 * node, `after.ncc`; a plain name that several nodes give is nobody's.
 */
export function metricRows(
  metrics: Readonly<Record<string, number>>,
  expected: Bounds,
  nodeIds: readonly string[],
): readonly MetricRow[] {
  const plain = (name: string) => {
    const node = nodeIds.find((nodeId) => name.startsWith(`${nodeId}.`));
    return node === undefined ? undefined : name.slice(node.length + 1);
  };
  const names = Object.keys(metrics);
  // The engine gives a row under both names where the recipe asks for the longer one.
  const isTwice = (name: string) =>
    names.some((other) => plain(other) === name && metrics[other] === metrics[name]) &&
    !Object.hasOwn(expected, name);
  const shown = names.filter((name) => !isTwice(name));
  const measured = (wanted: string): string | undefined => {
    if (shown.includes(wanted)) return wanted;
    const same = shown.filter((name) => plain(name) === wanted || plain(wanted) === name);
    return same.length === 1 ? same[0] : undefined;
  };
  const bounds = new Map<string, MetricBounds>();
  const absent: MetricRow[] = [];
  for (const [wanted, stated] of Object.entries(expected)) {
    const name = measured(wanted);
    if (name === undefined) absent.push({ name: wanted, value: undefined, bounds: stated });
    else bounds.set(name, stated);
  }
  return [
    ...shown.map((name) => ({ name, value: metrics[name], bounds: bounds.get(name) })),
    ...absent,
  ];
}
