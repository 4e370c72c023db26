import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';

const blockBytes = 512;

/** The regular files of a ustar archive, in its order. */
export function* readTar(archive: Buffer): Generator<{ path: string; data: Buffer }> {
  let offset = 0;
  while (offset + blockBytes <= archive.length) {
    const header = archive.subarray(offset, offset + blockBytes);
    const path = text(header, 0, 100);
    if (path === '') return;
    const bytes = Number.parseInt(text(header, 124, 136), 8);
    const type = text(header, 156, 157);
    const start = offset + blockBytes;
    if (type === '' || type === '0') yield { path, data: archive.subarray(start, start + bytes) };
    offset = start + Math.ceil(bytes / blockBytes) * blockBytes;
  }
}

/**
 * Fills `folder` once: `fill` writes into a temporary neighbour that is then renamed, so that a
 * process that is killed, or two that start together, never leave half of it.
 */
export function fillOnce(folder: string, fill: (temporaryFolder: string) => void): string {
  if (existsSync(folder)) return folder;
  const temporary = `${folder}.${process.pid}.tmp`;
  rmSync(temporary, { recursive: true, force: true });
  mkdirSync(temporary, { recursive: true });
  fill(temporary);
  try {
    renameSync(temporary, folder);
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
  return folder;
}

/** Unpacks a Brotli-compressed tar archive into `folder`, every file executable. */
export function unpackTarBrotli(archivePath: string, folder: string): void {
  for (const { path, data } of readTar(brotliDecompressSync(readFileSync(archivePath)))) {
    writeExecutable(join(folder, path), data);
  }
}

/** Unpacks one Brotli-compressed program to `path`. */
export function unpackProgramBrotli(archivePath: string, path: string): void {
  writeExecutable(path, brotliDecompressSync(readFileSync(archivePath)));
}

function writeExecutable(path: string, data: Buffer): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, data);
  chmodSync(path, 0o755);
}

function text(header: Buffer, start: number, end: number): string {
  const field = header.subarray(start, end);
  const terminator = field.indexOf(0);
  return field.toString('latin1', 0, terminator < 0 ? field.length : terminator).trim();
}
