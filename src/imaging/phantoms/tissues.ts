/** What a scanner is imitated by the intensities: T1- or T2-weighted MR, or CT in Hounsfield units. */
export type Contrast = 't1' | 't2' | 'ct';

/** What one kind of tissue looks like, and which label it gets on each side of the head. */
export interface Material {
  readonly leftLabel: number;
  readonly rightLabel: number;
  readonly t1: number;
  readonly t2: number;
  /** Hounsfield units. */
  readonly ct: number;
}

/** The names of the labels; 0 is the background. Left and right are the person's own. */
export const labelNames: ReadonlyMap<number, string> = new Map([
  [1, 'Left cerebral cortex'],
  [2, 'Right cerebral cortex'],
  [3, 'Left cerebral white matter'],
  [4, 'Right cerebral white matter'],
  [5, 'Left lateral ventricle'],
  [6, 'Right lateral ventricle'],
  [7, 'Left caudate'],
  [8, 'Right caudate'],
  [9, 'Left putamen'],
  [10, 'Right putamen'],
  [11, 'Left pallidum'],
  [12, 'Right pallidum'],
  [13, 'Left thalamus'],
  [14, 'Right thalamus'],
  [15, 'Left hippocampus'],
  [16, 'Right hippocampus'],
  [17, 'Left amygdala'],
  [18, 'Right amygdala'],
  [19, 'Left cerebellar cortex'],
  [20, 'Right cerebellar cortex'],
  [21, 'Left cerebellar white matter'],
  [22, 'Right cerebellar white matter'],
  [23, 'Corpus callosum'],
  [24, 'Third ventricle'],
  [25, 'Fourth ventricle'],
  [26, 'Brain stem and spinal cord'],
  [27, 'Cerebrospinal fluid'],
  [28, 'Skull and other bone'],
  [29, 'Muscle and other soft tissue'],
  [30, 'Fat under the skin'],
  [31, 'Skin'],
  [32, 'Left eye'],
  [33, 'Right eye'],
]);

function sided(leftLabel: number, t1: number, t2: number, ct: number): Material {
  return { leftLabel, rightLabel: leftLabel + 1, t1, t2, ct };
}

function single(label: number, t1: number, t2: number, ct: number): Material {
  return { leftLabel: label, rightLabel: label, t1, t2, ct };
}

/** The tissues of the head; MR intensities lie on a scale where white matter is 200 in T1. */
export const materials = {
  air: single(0, 2, 2, -1000),
  cerebralCortex: sided(1, 132, 124, 38),
  cerebralWhite: sided(3, 200, 84, 29),
  lateralVentricle: sided(5, 38, 232, 8),
  caudate: sided(7, 142, 112, 39),
  putamen: sided(9, 148, 108, 39),
  pallidum: sided(11, 172, 72, 40),
  thalamus: sided(13, 164, 102, 37),
  hippocampus: sided(15, 136, 126, 37),
  amygdala: sided(17, 136, 124, 37),
  cerebellarCortex: sided(19, 134, 120, 40),
  cerebellarWhite: sided(21, 194, 86, 31),
  corpusCallosum: single(23, 206, 80, 29),
  thirdVentricle: single(24, 40, 230, 8),
  fourthVentricle: single(25, 40, 230, 8),
  brainStem: single(26, 190, 90, 30),
  fluid: single(27, 42, 226, 9),
  falx: single(27, 84, 60, 48),
  boneTable: single(28, 20, 14, 1250),
  boneMarrow: single(28, 96, 74, 620),
  muscle: single(29, 96, 52, 56),
  nerve: single(29, 170, 90, 34),
  gland: single(29, 120, 110, 48),
  fat: single(30, 222, 176, -88),
  skin: single(31, 118, 70, 42),
  eyeFluid: sided(32, 46, 240, 12),
  eyeLens: sided(32, 118, 60, 80),
} satisfies Record<string, Material>;

/** How bright each label is: as the first of the tissues that bear it, which is most of it. The index is the label. */
export function labelBrightness(contrast: Contrast): Float64Array {
  const brightness = new Float64Array(Math.max(...labelNames.keys()) + 1);
  for (const material of Object.values(materials).reverse()) {
    for (const label of [material.leftLabel, material.rightLabel]) {
      brightness[label] = material[contrast];
    }
  }
  return brightness;
}
