import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';

/** Two images to align: files by loader, or the generated heads that the recipe names. */
export interface Pair {
  readonly name: string;
  /** Bytes of the NIfTI files by id of their loader; absent where the heads are generated. */
  readonly files?: Readonly<Record<string, Uint8Array>>;
}

const loaders = ['fixed', 'moving', 'fixed-labels', 'moving-labels'] as const;

/** Real pairs by short name, with their folder below the data folder. */
const realFolders = {
  'head-2mm': '3d-brain-t1/head-2mm',
  vxm: '3d-brain-t1/voxelmorph-affine-aligned/fast',
  oas: '3d-brain-t1/oasis-1000-1001/fast',
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
