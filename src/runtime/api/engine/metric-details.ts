const patterns = {
  labels: /(^|\.)(dice(\.oneHotLinear)?|surface\.[A-Za-z\d]+)\.-?\d+$/,
  landmarks: /(^|\.)tre\.point\..+$/,
  channels: /(^|\.)even\.channel\.\d+\..+$/,
  starts: /(^|\.)start\.(header|middles|masses|axes|search)\..+$/,
} as const;

/** What metrics there are many of are of, each of which says little beside their mean, or what was taken. */
export type MetricDetail = keyof typeof patterns;

/** Of which of many a metric is, such as one label of `dice.12`; undefined where it stands for itself. */
export function detailOf(metric: string): MetricDetail | undefined {
  return (Object.keys(patterns) as MetricDetail[]).find((detail) => patterns[detail].test(metric));
}

/** What the mean of such metrics is over: labels of `dice.mean`, landmarks of `tre.mean`. */
export function meanOver(metric: string): MetricDetail | undefined {
  if (/(^|\.)(dice(\.oneHotLinear)?|surface\.[A-Za-z\d]+)\.mean$/.test(metric)) return 'labels';
  return /(^|\.)tre\.mean$/.test(metric) ? 'landmarks' : undefined;
}
