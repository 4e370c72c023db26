import type { ImageProblem } from '../../imaging/image-problem';
import { geometryOf } from '../../imaging/nifti/geometry';
import type { NiftiGeometry } from '../../imaging/nifti/header';
import { toImageVolume, toLabelVolume } from '../../imaging/nifti/read-nifti';
import { type HeadPhantom, headPhantom } from '../../imaging/phantoms/head';
import { describeProblem, describeWarning } from '../../imaging/problem-messages';
import { readImageFile } from '../../imaging/readers/index';
import type { Volume } from '../../imaging/volume';
import { pairSha256Hex, sha256Hex } from '../../imaging/volume-digest';
import type { Diagnostic } from '../api/engine/diagnostics';
import type { OpenInputRequest, OpenInputResult } from '../api/engine/engine-api';
import type { InputDescriptor, SourceRequest } from '../api/engine/inputs';
import { messages } from '../api/engine/messages';

/** Data that a loader can be bound to. */
export interface StoredInput {
  readonly handle: string;
  readonly volume: Volume;
  /** Header fields that a file on the same grid is written with. */
  readonly geometry: NiftiGeometry;
  /** Of the file's bytes, or of the values where they were generated. */
  readonly sha256: string;
  readonly descriptor: InputDescriptor;
}

/** Phantoms that are kept, so that image and labels of one head are generated once. */
const keptPhantoms = 4;

/** Opens what loaders ask for and keeps it under handles. */
export class InputStore {
  readonly #inputs = new Map<string, StoredInput>();
  readonly #phantoms = new Map<string, HeadPhantom>();

  get(handle: string): StoredInput | undefined {
    return this.#inputs.get(handle);
  }

  release(handle: string): void {
    this.#inputs.delete(handle);
  }

  async open(request: OpenInputRequest): Promise<OpenInputResult> {
    const { nodeId, source } = request;
    if (source.kind === 'phantom') return this.#keep(nodeId, this.#phantom(source), undefined, []);
    const { bytes, voxelBytes } = request;
    if (!bytes) {
      return { ok: false, diagnostics: [messages.inputMissing(nodeId, 'Loader')] };
    }
    const name = request.fileName ?? (source.kind === 'file' ? source.name : source.url);
    const sha256 = await (voxelBytes ? pairSha256Hex(bytes, voxelBytes) : sha256Hex(bytes));
    const differs = source.sha256 !== undefined && source.sha256 !== sha256;
    if (differs && source.kind === 'url') {
      return { ok: false, diagnostics: [messages.wrongDigest(nodeId, name)] };
    }
    const options = source.frame === undefined ? {} : { frame: source.frame };
    const read = await readImageFile({ name, bytes, ...(voxelBytes && { voxelBytes }) }, options);
    if (!read.ok) return { ok: false, diagnostics: [problem(nodeId, read.problem)] };
    const warnings = read.warnings.map((warning) => {
      const { message, remedy } = describeWarning(warning);
      return messages.inputWarning(nodeId, message, remedy);
    });
    if (differs) warnings.push(messages.otherFile(nodeId, name));
    const { geometry, frame } = read.image;
    const file = { sha256, geometry, frame };
    if (source.as === 'image') {
      const volume = toImageVolume(read.image);
      return this.#keep(nodeId, volume, file, warnings);
    }
    const labels = toLabelVolume(read.image);
    if (!labels.ok) return { ok: false, diagnostics: [problem(nodeId, labels.problem)] };
    return this.#keep(nodeId, labels.volume, file, warnings);
  }

  #phantom(source: Extract<SourceRequest, { kind: 'phantom' }>): Volume {
    const { name, subject, seed, contrast } = source;
    const key = [name, subject, seed, contrast].join();
    let head = this.#phantoms.get(key);
    if (!head) {
      head = headPhantom({
        dimensions: name === 'head-2d' ? 2 : 3,
        subject,
        seed,
        contrast,
      });
      this.#phantoms.set(key, head);
      const oldest = this.#phantoms.keys().next();
      if (this.#phantoms.size > keptPhantoms && !oldest.done) this.#phantoms.delete(oldest.value);
    }
    return source.as === 'image' ? head.image : head.labels;
  }

  async #keep(
    nodeId: string,
    volume: Volume,
    file:
      | { readonly sha256: string; readonly geometry: NiftiGeometry; readonly frame: number }
      | undefined,
    warnings: readonly Diagnostic[],
  ): Promise<OpenInputResult> {
    const { values, grid } = volume;
    const sha256 =
      file?.sha256 ??
      (await sha256Hex(
        new Uint8Array(values.buffer as ArrayBuffer, values.byteOffset, values.byteLength),
      ));
    // Frames of one file are different data; the first one goes without a number.
    const handle = `input:${volume.kind}:${sha256}${file?.frame ? `:${file.frame}` : ''}`;
    const descriptor: InputDescriptor =
      volume.kind === 'image'
        ? { kind: 'image', grid }
        : { kind: 'labels', grid, present: volume.labels };
    const constant = volume.kind === 'image' && isConstant(values);
    this.#inputs.set(handle, {
      handle,
      volume,
      geometry: file?.geometry ?? geometryOf(grid),
      sha256,
      descriptor,
    });
    return {
      ok: true,
      handle,
      descriptor,
      sha256,
      warnings: constant ? [...warnings, messages.constantImage(nodeId)] : warnings,
    };
  }
}

function problem(nodeId: string, found: ImageProblem): Diagnostic {
  const { message, remedy } = describeProblem(found);
  const isAboutFrame = found.code === 'several-frames' || found.code === 'no-such-frame';
  return messages.inputProblem(nodeId, message, remedy, isAboutFrame ? 'frame' : undefined);
}

function isConstant(values: Float32Array): boolean {
  const first = values[0];
  return values.every((value) => value === first);
}
