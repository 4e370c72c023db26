import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Two images to align: files by loader, or the generated heads that the recipe names. */
export interface Pair {
  readonly name: string;
  /** Bytes of the NIfTI files by id of their loader; absent where the heads are generated. */
  readonly files?: Readonly<Record<string, Uint8Array>>;
  /** What the files are called, where that tells more than their loaders: the ending of a table. */
  readonly fileNames?: Readonly<Record<string, string>>;
}

const loaders = ['fixed', 'moving', 'fixed-labels', 'moving-labels'] as const;

/** Real pairs by short name, with their folder below the data folder. */
const realFolders = {
  'head-2mm': '3d-brain-t1/head-2mm',
  vxm: '3d-brain-t1/voxelmorph-affine-aligned/fast',
  oas: '3d-brain-t1/oasis-1000-1001/fast',
  slices: '2d-brain-slices/oasis-trt-1-2',
  'vxm-1mm': '3d-brain-t1/voxelmorph-affine-aligned',
} as const;

export type RealPairName = keyof typeof realFolders;

/** The generated heads. */
export const phantomPair: Pair = { name: 'phantom' };

/** A real pair, or why it cannot be measured here. */
export function realPair(name: RealPairName): Pair | { readonly skipped: string } {
  const folder = resolve(process.env.WEFT_DATA ?? '../shared/data', realFolders[name]);
  const files = loaders
    .map((id) => [id, resolve(folder, `${id}.nii.gz`)] as const)
    .filter(([, path]) => existsSync(path))
    .map(([id, path]) => [id, new Uint8Array(readFileSync(path))] as const);
  if (files.length < 2) return { skipped: `${name}: there are no images in ${folder}` };
  return { name, files: Object.fromEntries(files) };
}

/**
 * A pair by the names of its files by loader.
 * @param folder below the data folder
 * @returns the pair, or why it cannot be measured here
 */
export function filesOf(
  name: string,
  folder: string,
  fileNames: Readonly<Record<string, string>>,
): Pair | { readonly skipped: string } {
  const root = resolve(process.env.WEFT_DATA ?? '../shared/data', folder);
  const missing = Object.values(fileNames).find((file) => !existsSync(join(root, file)));
  if (missing !== undefined) return { skipped: `${name}: there is no ${folder}/${missing}` };
  const files = Object.fromEntries(
    Object.entries(fileNames).map(([id, file]) => [
      id,
      new Uint8Array(readFileSync(join(root, file))),
    ]),
  );
  return { name, files, fileNames };
}

/**
 * Every pair of images in the data folder, by the folder that holds them: a `fixed*.nii.gz` with its
 * `moving*.nii.gz`, and their labels where there are some. Small ones first; empty where there is no data.
 */
export function everyRealPair(): readonly Pair[] {
  const root = resolve(process.env.WEFT_DATA ?? '../shared/data');
  if (!existsSync(root)) return [];
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .map((path) => pairNames.exec(path))
    .filter((match) => match !== null)
    .map(({ groups: { folder = '', variant = '' } = {} }) => pairIn(root, folder, variant))
    .filter((pair) => pair !== undefined)
    .sort((a, b) => bytesOf(a) - bytesOf(b));
}

function bytesOf({ files = {} }: Pair): number {
  return Object.values(files).reduce((sum, { byteLength }) => sum + byteLength, 0);
}

/** `head`, `grey` and none are what the images of a pair are called after "fixed" and "moving". */
const pairNames = /^(?<folder>.*)\/moving(?<variant>-head|-grey|)\.nii\.gz$/;

function pairIn(root: string, folder: string, variant: string): Pair | undefined {
  const pathOf = (id: string) => join(root, folder, `${id}.nii.gz`);
  if (!existsSync(pathOf(`fixed${variant}`))) return undefined;
  const files = [
    ['fixed', pathOf(`fixed${variant}`)],
    ['moving', pathOf(`moving${variant}`)],
    ['fixed-labels', pathOf('fixed-labels')],
    ['moving-labels', pathOf('moving-labels')],
  ] as const;
  return {
    name: `${folder}${variant}`,
    files: Object.fromEntries(
      files
        .filter(([, path]) => existsSync(path))
        .map(([id, path]) => [id, new Uint8Array(readFileSync(path))]),
    ),
  };
}
