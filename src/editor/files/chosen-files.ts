import { isCaseFile } from '../../imaging/cases/case-files';
import { packCases } from '../../imaging/cases/pack-cases';
import { groupPairs } from '../../imaging/nifti/pair-names';
import { dataKinds } from '../../runtime/api/data-kinds/index';
import type { NodeDefinition } from '../../runtime/api/nodes/define-node';
import type { ImageFiles } from '../run/input-data';
import { loadedKind } from '../run/input-sources';

/** Whether all files that are chosen for a loader are one datum. */
export function takesMany(definition: NodeDefinition | undefined): boolean {
  return dataKinds[loadedKind(definition) ?? 'image'].file?.takesMany === true;
}

/**
 * What a loader opens of the files that a person chose or dropped: of several the first, with the other half of its pair; all of
 * them packed as one where its kind takes many. Undefined where there are none. Rejects where a file cannot be read.
 */
export async function filesFor(
  definition: NodeDefinition | undefined,
  files: readonly File[],
): Promise<ImageFiles | undefined> {
  const [image] = groupPairs(files);
  const isPacked = files.length === 1 && /\.zip$/i.test(files[0]?.name ?? '');
  if (!takesMany(definition) || isPacked || image === undefined) return image;
  const chosen = files.filter((file) => isCaseFile(withoutFolder(file)));
  const named = await Promise.all(
    chosen.map(async (file) => ({
      name: withoutFolder(file),
      bytes: new Uint8Array(await file.arrayBuffer()),
    })),
  );
  return [new File([packCases(named) as BlobPart], nameOf(files))];
}

/** Names as seen from the folder that was chosen. */
function withoutFolder({ webkitRelativePath, name }: File): string {
  return webkitRelativePath.split('/').slice(1).join('/') || name;
}

/** Of the folder, or how many files there are. */
function nameOf(files: readonly File[]): string {
  const [folder] = files[0]?.webkitRelativePath.split('/') ?? [];
  return folder || `${files.length} files`;
}
