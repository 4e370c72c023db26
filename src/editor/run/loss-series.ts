import type { LossCurve } from '../store/run-store';

/** One line of a chart, with a gap where another line runs. */
export interface LossSeries {
  readonly name: string;
  /** As many as there are points; null where this line has none. */
  readonly values: readonly (number | null)[];
}

/** What a chart of one objective shows: iterations of all levels in a row. */
export interface LossChart {
  /** Node that ran the loop, and the name of the loss. */
  readonly nodeId: string;
  readonly lossName: string;
  readonly iterations: readonly number[];
  /** A line a level. */
  readonly series: readonly LossSeries[];
  readonly latest: number | undefined;
}

/** Charts for every loss that the loops record, levels one after the other. */
export function lossCharts(curves: readonly LossCurve[]): readonly LossChart[] {
  const nodeIds = [...new Set(curves.map(({ nodeId }) => nodeId))];
  return nodeIds.flatMap((nodeId) => {
    const levels = curves.filter((curve) => curve.nodeId === nodeId);
    const names = [...new Set(levels.flatMap((level) => level.names))];
    const total = levels.reduce((sum, level) => sum + level.rows.length, 0);
    const iterations = Array.from({ length: total }, (_, index) => index + 1);
    // A sum of a single term would repeat that term's curve.
    const shown = names.length === 2 && isSameCurve(levels) ? names.slice(1) : names;
    return shown.map((lossName): LossChart => {
      let start = 0;
      let latest: number | undefined;
      const series = levels.map((level): LossSeries => {
        const column = level.names.indexOf(lossName);
        const values: (number | null)[] = new Array(total).fill(null);
        level.rows.forEach((row, index) => {
          const value = row[column];
          if (value === undefined || !Number.isFinite(value)) return;
          values[start + index] = value;
          latest = value;
        });
        start += level.rows.length;
        return { name: level.label, values };
      });
      return { nodeId, lossName, iterations, series, latest };
    });
  });
}

function isSameCurve(levels: readonly LossCurve[]): boolean {
  return levels.every((level) => level.rows.every(([first, second]) => first === second));
}
