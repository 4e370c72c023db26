import { imagesAmong, isCaseFile, tablesAmong } from '../imaging/cases/case-files';
import { namesInTable } from '../imaging/cases/case-table';
import { type NamedBytes, packCases } from '../imaging/cases/pack-cases';
import { pairNameOf } from '../imaging/nifti/pair-names';
import type { Host } from './host';

/** The files of cases as one, or the file that cannot be read. */
export type PackedInput =
  | { readonly ok: true; readonly bytes: Uint8Array; readonly paths: readonly string[] }
  | {
      readonly ok: false;
      readonly path: string;
      readonly error: unknown;
      readonly paths: readonly string[];
    };

/** More files are no folder of cases. */
const mostFiles = 16_384;

/**
 * Whatever a loader of cases is given: of a folder its images and tables, those of folders in it too; of a table, itself and the
 * files that it names, as seen from its folder; any other file as it is.
 */
export async function packInput(path: string, files: Host['files']): Promise<PackedInput> {
  const paths: string[] = [];
  let reading = path;
  const read = async (name: string, at: string): Promise<NamedBytes> => {
    reading = at;
    paths.push(at);
    return { name, bytes: await files.read(at) };
  };
  try {
    const listed = await files.list(path, mostFiles);
    if (listed) {
      const packed: NamedBytes[] = [];
      for (const name of listed.filter(isCaseFile)) {
        packed.push(await read(name, files.join(path, name)));
      }
      reading = path;
      return { ok: true, bytes: packCases(packed), paths };
    }
    const base = path.split(/[/\\]/).at(-1) ?? path;
    const own = await read(base, path);
    if (tablesAmong([base]).length === 0) return { ok: true, bytes: own.bytes, paths };
    const folder = files.folderOf(path);
    const named = namesInTable(new TextDecoder().decode(own.bytes));
    const packed: NamedBytes[] = [own];
    for (const name of new Set(await withPartners(named, folder, files))) {
      packed.push(await read(name, files.join(folder, name)));
    }
    reading = path;
    return { ok: true, bytes: packCases(packed), paths };
  } catch (error) {
    return { ok: false, path: reading, error, paths };
  }
}

/** Files that are there, with the other halves of pairs. What is not there the reader of the table tells with its line. */
async function withPartners(
  names: readonly string[],
  folder: string,
  files: Host['files'],
): Promise<readonly string[]> {
  const found: string[] = [];
  for (const name of names) {
    const candidates = [name, ...partnersOf(name)];
    for (const one of candidates) {
      if (await files.exists(files.join(folder, one))) found.push(one);
    }
  }
  return imagesAmong([...new Set(found)]).flatMap((pair) =>
    pair.filter((one) => one !== undefined),
  );
}

function partnersOf(name: string): readonly string[] {
  const at = name.lastIndexOf('/') + 1;
  const partners = pairNameOf(name.slice(at))?.partners ?? [];
  return partners.map((partner) => `${name.slice(0, at)}${partner}`);
}
