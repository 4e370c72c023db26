import type { ImageReader, OpenedFile, ReadImageResult, ReadOptions } from './image-reader';
import { niftiReader } from './nifti';

/** The image formats that loaders take, one line each. The first that recognises a file reads it. */
export const imageReaders: readonly ImageReader[] = [niftiReader];

/** Larger files are not read: 2 GiB, as much as Node reads at once. */
export const maxFileBytes = 2 ** 31;

/** Reads an image of any format of the list. */
export async function readImageFile(
  file: OpenedFile,
  options: ReadOptions = {},
  readers: readonly ImageReader[] = imageReaders,
): Promise<ReadImageResult> {
  const reader = readers.find((one) => one.recognises(file)) ?? niftiReader;
  return reader.read(file, options);
}
