import { useComputedColorScheme } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import type uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { formatNumber } from '../canvas/node-parameters';
import type { LossChart as Chart } from './loss-series';

/** One objective's curve; a line a level, drawn again as losses arrive. */
export function LossChart({ chart }: { chart: Chart }) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | undefined>(undefined);
  const data = useRef<uPlot.AlignedData>([[]]);
  const scheme = useComputedColorScheme('light');
  // Loaded on first need: it asks `Intl` for the browser's language as it loads, which is mended by then.
  const [Plot, setPlot] = useState<typeof uPlot>();
  useEffect(() => {
    void import('uplot').then((loaded) => setPlot(() => loaded.default));
  }, []);
  const levels = chart.series.map(({ name }) => name).join('\n');
  data.current = [[...chart.iterations], ...chart.series.map(({ values }) => [...values])];

  // biome-ignore lint/correctness/useExhaustiveDependencies: colours come from the scheme's CSS
  useEffect(() => {
    const element = box.current;
    if (element === null || Plot === undefined) return;
    const style = getComputedStyle(element);
    const ink = style.getPropertyValue('--weft-ink-soft');
    const line = style.getPropertyValue('--weft-line');
    const accent = style.getPropertyValue('--weft-accent');
    const names = levels.split('\n');
    const axis = {
      stroke: ink,
      grid: { stroke: line, width: 1 },
      ticks: { show: false },
      font: '11px system-ui',
    };
    plot.current = new Plot(
      {
        width: element.clientWidth || 300,
        height: element.clientHeight || 130,
        legend: { show: false },
        cursor: { y: false, points: { size: 6 }, drag: { x: false, y: false } },
        scales: { x: { time: false } },
        padding: [8, 10, 0, 0],
        axes: [
          { ...axis, size: 24, space: 60 },
          { ...axis, size: 52, space: 28, values: (_, splits) => splits.map(formatNumber) },
        ],
        series: [
          {},
          ...names.map((name, index) => ({
            label: name,
            stroke: accent,
            width: 1.8,
            // Later levels are finer: their lines are stronger.
            alpha: names.length === 1 ? 1 : 0.55 + (0.45 * index) / (names.length - 1),
            points: { show: false },
          })),
        ],
      },
      data.current,
      element,
    );
    const observer = new ResizeObserver(() => {
      plot.current?.setSize({ width: element.clientWidth, height: element.clientHeight });
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
      plot.current?.destroy();
    };
  }, [levels, scheme, Plot]);

  useEffect(() => {
    plot.current?.setData(data.current);
  });

  return (
    <figure className="loss-chart">
      <figcaption>
        <b>{chart.lossName}</b> <span className="weft-soft">in {chart.nodeId}</span>
        <span className="weft-mono">
          {chart.latest === undefined ? '' : chart.latest.toPrecision(5)}
        </span>
      </figcaption>
      <div
        ref={box}
        className="loss-plot"
        role="img"
        aria-label={`${chart.lossName} over ${chart.iterations.length} iterations, now ${chart.latest ?? 'unknown'}`}
      />
    </figure>
  );
}
