import type { ComputedValue } from '../../data-kinds/index';
import type { FileWriter, WriteContext } from './file-writer';
import { displacement, inverseDisplacement, itkAffine } from './itk-transforms';
import { landmarksCsv } from './landmark-tables';
import { networkZip } from './networks';
import { niftiImage, niftiLabels } from './nifti-volumes';

/** The files that results can be kept as: one line a format, those of a set in its order. */
export const fileWriters = [
  niftiImage,
  niftiLabels,
  itkAffine,
  displacement,
  inverseDisplacement,
  landmarksCsv,
  networkZip,
] as const;

type Writer = (typeof fileWriters)[number];

/** The form in which a result leaves. */
export type FileFormat = Writer['format'];

/** Formats of files for which not every value of their kind has something. */
export type PartFormat = Extract<Writer, { readonly isIn: unknown }>['format'];

/** What a recipe may ask for: one file, or all files of a set. */
export type SavedFormat = FileFormat | Extract<Writer, { readonly partOf: unknown }>['partOf'];

/** As the list is walked: a writer is only ever given values of the kind that it writes. */
type AnyWriter = FileWriter & Pick<Writer, 'format'>;
const anyWriters = fileWriters as readonly unknown[] as readonly AnyWriter[];

/**
 * The files that a value is saved as.
 * @param name of the file; of a set, what the names of its files begin with
 */
export function savedAs(
  name: string,
  format: SavedFormat,
): readonly { readonly name: string; readonly format: FileFormat }[] {
  return anyWriters.flatMap((writer) => {
    if (writer.format === format) return [{ name, format: writer.format }];
    if (writer.partOf !== format) return [];
    return [{ name: `${name}${writer.endings[0]}`, format: writer.format }];
  });
}

/**
 * Which of the files that not every value of its kind has this one has; undefined where there are no
 * such files of its kind.
 */
export function partsIn(value: ComputedValue): readonly PartFormat[] | undefined {
  const parts = anyWriters.filter(({ of, isIn }) => of === value.kind && isIn !== undefined);
  if (parts.length === 0) return undefined;
  return parts.filter(({ isIn }) => isIn?.(value)).map(({ format }) => format as PartFormat);
}

/** The bytes of a file; undefined where the value is of another kind or lacks what the file holds. */
export async function writeFile(
  value: ComputedValue,
  format: FileFormat,
  context: WriteContext,
): Promise<Uint8Array | undefined> {
  const writer = anyWriters.find((one) => one.format === format && one.of === value.kind);
  return writer?.write(value, context);
}
