/** What is known of a pair before it is registered, or what another tool made of it. */
export interface Figures {
  readonly dice?: number;
  readonly ncc?: number;
  /** Mean landmark error. */
  readonly treMm?: number;
  readonly seconds?: number;
}

/** A pair of the data folder that recipes are made for. */
export interface SystemPair {
  readonly name: string;
  /** Below the data folder. */
  readonly folder: string;
  /** Names of the files by loader. */
  readonly files: Readonly<Record<string, string>>;
  /** As the headers place the images. */
  readonly before: Figures;
  /** The best that another tool gave on it without folding, measured on two cores. */
  readonly peer?: Figures & { readonly tool: string };
  /** Recipes that are meant for it. */
  readonly recipes: readonly string[];
}

const images = { fixed: 'fixed.nii.gz', moving: 'moving.nii.gz' } as const;
const withLabels = {
  ...images,
  'fixed-labels': 'fixed-labels.nii.gz',
  'moving-labels': 'moving-labels.nii.gz',
} as const;
const forBrains = [
  'ants-syn',
  'ants-syn-2024',
  'ants-syn-quick',
  'best-brain',
  'brain-t1-affine',
  'brain-t1-bspline',
  'brain-t1-greedy',
  'brain-t1-svf',
  'consistent',
  'elastix',
  'fast-symmetric-demons',
  'fireants-greedy',
  'fireants-syn',
  'greedy',
  'greedy-svf',
  'lddmm',
  'log-demons',
  'niftyreg',
  'niftyreg-vel',
] as const;

/**
 * Which recipe is meant for which pair. Dice before is the mean over the labels that both images have, by
 * nearest neighbour.
 */
export const systemPairs: readonly SystemPair[] = [
  {
    name: 'head-2mm',
    folder: '3d-brain-t1/head-2mm',
    files: images,
    before: { ncc: 0.595 },
    peer: { tool: 'Greedy', ncc: 0.974, seconds: 5.6 },
    recipes: forBrains,
  },
  {
    name: 'vxm',
    folder: '3d-brain-t1/voxelmorph-affine-aligned/fast',
    files: withLabels,
    before: { ncc: 0.89, dice: 0.519 },
    peer: { tool: 'Greedy', ncc: 0.967, dice: 0.664, seconds: 2.5 },
    recipes: forBrains,
  },
  {
    name: 'oas',
    folder: '3d-brain-t1/oasis-1000-1001/fast',
    files: withLabels,
    before: { ncc: 0.728, dice: 0.064 },
    peer: { tool: 'Greedy', ncc: 0.98, dice: 0.531, seconds: 2.5 },
    recipes: forBrains,
  },
  {
    name: 'slices',
    folder: '2d-brain-slices/oasis-trt-1-2',
    files: withLabels,
    before: { dice: 0.428 },
    recipes: ['brain-2d-greedy'],
  },
  {
    name: 'cardiac',
    folder: 'cardiac-mr/ed-es',
    files: withLabels,
    before: { dice: 0.493 },
    recipes: ['brain-t1-svf', 'cardiac-mr', 'log-demons'],
  },
  {
    name: 'lung-mr',
    folder: 'lung-mr/subjects-0004-0006',
    files: withLabels,
    before: { dice: 0.692 },
    recipes: ['brain-t1-svf', 'log-demons', 'lung-mr'],
  },
  {
    name: 'abdomen',
    folder: 'abdomen-ct/organs-synthetic-motion',
    files: {
      ...withLabels,
      'fixed-landmarks': 'landmarks.csv',
      'moving-landmarks': 'landmarks.csv',
    },
    before: { dice: 0.359, treMm: 10.54 },
    recipes: ['abdomen-ct', 'brain-t1-greedy', 'convexadam', 'landmark-guided', 'thorax-ct'],
  },
  {
    name: 'copd',
    folder: 'lung-ct/copd-case-01',
    // Lung masks and expert landmarks are all that there is of this pair: images are the masks, blurred.
    files: {
      fixed: 'fast/fixed.nii.gz',
      moving: 'fast/moving.nii.gz',
      'fixed-labels': 'fast/fixed-mask.nii.gz',
      'moving-labels': 'fast/moving-mask.nii.gz',
      'fixed-landmarks': 'landmarks.csv',
      'moving-landmarks': 'landmarks.csv',
    },
    before: { dice: 0.746, treMm: 16.87 },
    recipes: ['convexadam', 'lung-ct'],
  },
  {
    name: 'prostate',
    folder: 'multimodal/prostate-mr-us-0',
    files: {
      ...withLabels,
      'fixed-guide': 'fixed-labels.nii.gz',
      'moving-guide': 'moving-labels.nii.gz',
    },
    before: { dice: 0.198 },
    recipes: ['brain-t1-affine', 'prostate-mr-us'],
  },
  {
    name: 'spinal-cord',
    folder: 'multimodal/spinal-cord-t1-t2',
    files: withLabels,
    before: { dice: 0.852 },
    recipes: ['brain-t1-affine', 'multimodal-brain'],
  },
  {
    name: 'head-t1-pd',
    folder: 'multimodal/head-t1-pd',
    files: images,
    before: {},
    recipes: ['ct-mr-rigid', 'multimodal-brain'],
  },
  {
    name: 'rat-kidney',
    folder: '2d-histology/rat-kidney',
    files: { fixed: 'fixed-grey.nii.gz', moving: 'moving-grey.nii.gz' },
    before: {},
    recipes: ['brain-2d-greedy', 'histology-2d'],
  },
];
