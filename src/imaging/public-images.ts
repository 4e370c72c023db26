/** A real image on the web that anybody may use, known by its SHA-256. Weft ships none of them. */
export interface PublicImage {
  /** Short name, as in `--input fixed=public:icbm152`. */
  readonly id: string;
  readonly title: string;
  /** What it shows, in a sentence. */
  readonly shows: string;
  /** Where it lies: https, at one commit of a repository, so that it cannot change. */
  readonly url: string;
  /** Of the whole file, 64 lower-case hexadecimal digits. */
  readonly sha256: string;
  readonly sizeBytes: number;
  /** The terms in a few words; the whole text is at `licenceUrl`. */
  readonly licence: string;
  readonly licenceUrl: string;
}

/**
 * Pairs well with each other: brains without skull, of which two are people and one is a template.
 * The people are healthy volunteers 62 and 54 of OpenNeuro ds002748, and the files are those of the
 * data set byte for byte: its record of them has the same sizes and MD5 sums.
 */
export const publicImages: readonly PublicImage[] = [
  {
    id: 'icbm152',
    title: 'ICBM 152 template, T1',
    shows: 'Average brain of 152 adults (2009a, symmetric), 197 × 233 × 189 voxels of 1 mm.',
    url: 'https://raw.githubusercontent.com/nilearn/nilearn/59fffa24b81712132c78549c242f68d0f3db8a67/nilearn/datasets/data/mni_icbm152_t1_tal_nlin_sym_09a_converted.nii.gz',
    sha256: '421a10e872fd6cadae7f61d358dffbcc1795a497d61ee76c5dda2503e1a1e9e6',
    sizeBytes: 1_617_531,
    licence:
      'Free for any purpose with the notice © 1993–2004 Louis Collins, MNI, McGill University',
    licenceUrl:
      'https://github.com/templateflow/tpl-MNI152NLin2009aSym/blob/4a9d06a0f23cbb31bada22f09f22c7568fe4e8a3/LICENSE',
  },
  {
    id: 'adult-a',
    title: 'Adult brain A, T1',
    shows: 'Brain of a healthy woman of 30, 288 × 288 × 181 voxels of 0.87 × 0.87 × 1 mm.',
    url: 'https://raw.githubusercontent.com/aaronsossin/DepressionMRI_AI/baa0d5f0b80425a8d55f5210d609c7773f7570a4/sub-62/anat/sub-62_T1w.nii.gz',
    sha256: 'd84de9ee0aa7c35aa0dfdd9df3c8e740c9968166f37e7a29bb7f70c32706ebe3',
    sizeBytes: 2_893_229,
    licence: 'CC0, public domain (OpenNeuro ds002748)',
    licenceUrl: 'https://doi.org/10.18112/openneuro.ds002748.v1.0.5',
  },
  {
    id: 'adult-b',
    title: 'Adult brain B, T1',
    shows: 'Brain of a healthy woman of 26, 288 × 288 × 181 voxels of 0.87 × 0.87 × 1 mm.',
    url: 'https://raw.githubusercontent.com/aaronsossin/DepressionMRI_AI/baa0d5f0b80425a8d55f5210d609c7773f7570a4/sub-54/anat/sub-54_T1w.nii.gz',
    sha256: '6935f1846ed7893b73aeb00ff6a1a947e9d6b162002a003e1b247964afbe559c',
    sizeBytes: 2_893_278,
    licence: 'CC0, public domain (OpenNeuro ds002748)',
    licenceUrl: 'https://doi.org/10.18112/openneuro.ds002748.v1.0.5',
  },
];

/** The entry for exactly this file, or undefined where the list does not hold it. */
export function publicImageAt(url: string, sha256: string): PublicImage | undefined {
  return publicImages.find((image) => image.url === url && image.sha256 === sha256);
}
