import { unzipSync } from 'fflate';
import type { CasesProblem, ImageProblem } from '../image-problem';
import { labelVolumeOf } from '../label-volume';
import type { OpenedFile } from '../readers/image-reader';
import { readImageFile } from '../readers/index';
import { runHeeding, type Steps } from '../steps';
import { imageVolumeOf, type StoredImage, type VolumeResult } from '../stored-image';
import type { CaseFacts } from '../synthesis/case-pairs';
import type { ImageVolume, LabelVolume } from '../volume';
import {
  type CaseFiles,
  casesByName,
  type ImageNames,
  isCaseFile,
  mostCases,
  tablesAmong,
} from './case-files';
import { casesOfTable } from './case-table';

/** A case whose files lie packed until it is read. */
export interface PackedCase extends CaseFacts {
  /** Of the image's file. */
  readonly name: string;
  readonly isLabelled: boolean;
  /** Reads it; what comes of it is not kept. Rejects with the reason of `signal` once that is aborted. */
  read(signal: AbortSignal): Promise<CaseVolumes>;
}

export type CaseVolumes =
  | { readonly ok: true; readonly image: ImageVolume; readonly labels?: LabelVolume }
  | { readonly ok: false; readonly problem: ImageProblem | CasesProblem };

export type PackedCasesResult =
  | { readonly ok: true; readonly cases: readonly PackedCase[] }
  | { readonly ok: false; readonly problem: CasesProblem };

/** An entry that would be larger is passed over: 1 GiB, as much as any image that is read. */
const largestEntryBytes = 2 ** 30;
const largestTableBytes = 2 ** 24;

/**
 * The cases of a zip, of `packCases` or any program: as its table says, where it holds one, else by the names of its files. Of
 * the files none is unpacked before its case is read.
 */
export function readPackedCases({ name, bytes }: OpenedFile): PackedCasesResult {
  const isZip = bytes[0] === 0x50 && bytes[1] === 0x4b;
  if (!isZip) return { ok: false, problem: { file: name, code: 'not-cases' } };
  const names: string[] = [];
  try {
    unzipSync(bytes, {
      filter: ({ name: entry, originalSize }) => {
        const isTable = tablesAmong([entry]).length > 0;
        const isRead = originalSize <= (isTable ? largestTableBytes : largestEntryBytes);
        if (isCaseFile(entry) && isRead) names.push(entry);
        return false;
      },
    });
    const [table, ...others] = tablesAmong(names);
    if (table !== undefined && others.length > 0) {
      const tables = [table, ...others];
      return { ok: false, problem: { file: name, code: 'two-tables', tables } };
    }
    const found =
      table === undefined
        ? casesByName(names)
        : casesOfTable(table, new TextDecoder().decode(entryOf(bytes, table)), names);
    if (!found.ok) return found;
    const { cases } = found;
    if (cases.length === 0) return { ok: false, problem: { file: name, code: 'no-cases' } };
    if (cases.length > mostCases) {
      return { ok: false, problem: { file: name, code: 'too-many-cases', limit: mostCases } };
    }
    return { ok: true, cases: cases.map((one) => packedCase(bytes, one)) };
  } catch {
    // fflate throws on whatever is no whole zip.
    return { ok: false, problem: { file: name, code: 'damaged-cases' } };
  }
}

function packedCase(bytes: Uint8Array, { image, labels, ...facts }: CaseFiles): PackedCase {
  return {
    ...facts,
    name: image[0],
    isLabelled: labels !== undefined,
    async read(signal) {
      const read = await readVolume(bytes, image, imageVolumeOf, signal);
      if (!read.ok || !labels) return read.ok ? { ok: true, image: read.volume } : read;
      const own = await readVolume(bytes, labels, labelVolumeOf, signal);
      return own.ok ? { ok: true, image: read.volume, labels: own.volume } : own;
    },
  };
}

async function readVolume<Volume>(
  packed: Uint8Array,
  [name, voxels]: ImageNames,
  volumeOf: (image: StoredImage) => Steps<VolumeResult<Volume>>,
  signal: AbortSignal,
): Promise<
  | { readonly ok: true; readonly volume: Volume }
  | { readonly ok: false; readonly problem: ImageProblem | CasesProblem }
> {
  let file: OpenedFile;
  try {
    const bytes = entryOf(packed, name);
    const voxelBytes = voxels === undefined ? undefined : entryOf(packed, voxels);
    file = { name, bytes, ...(voxelBytes && { voxelBytes }) };
  } catch {
    return { ok: false, problem: { file: name, code: 'damaged-cases' } };
  }
  const read = await readImageFile(file, { signal });
  if (!read.ok) return read;
  return runHeeding(volumeOf(read.image), signal);
}

/** @throws Error where it is damaged */
function entryOf(packed: Uint8Array, name: string): Uint8Array {
  const found = unzipSync(packed, { filter: (entry) => entry.name === name })[name];
  if (!found) throw new Error(`${name} is not there.`);
  return found;
}
