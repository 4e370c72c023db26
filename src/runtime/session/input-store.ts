import type { ImageProblem } from '../../imaging/image-problem';
import { labelVolumeOf } from '../../imaging/label-volume';
import { geometryOf } from '../../imaging/nifti/geometry';
import type { NiftiGeometry } from '../../imaging/nifti/header';
import { type HeadPhantom, headPhantomSteps } from '../../imaging/phantoms/head';
import { describeProblem, describeWarning } from '../../imaging/problem-messages';
import { readImageFile } from '../../imaging/readers/index';
import { runHeeding } from '../../imaging/steps';
import { imageVolumeOf } from '../../imaging/stored-image';
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
  readonly #phantoms = new Map<string, Promise<HeadPhantom>>();
  /** Files that are being read, by loader. */
  readonly #reading = new Map<string, AbortController>();
  readonly #closing = new AbortController();

  get(handle: string): StoredInput | undefined {
    return this.#inputs.get(handle);
  }

  release(handle: string): void {
    this.#inputs.delete(handle);
  }

  /** Stops whatever is being read or generated. */
  close(): void {
    this.#closing.abort();
  }

  /** A file that is opened for a loader ends the reading of the one before it. */
  async open(request: OpenInputRequest): Promise<OpenInputResult> {
    const { nodeId, source } = request;
    const reading = new AbortController();
    const signal = AbortSignal.any([reading.signal, this.#closing.signal]);
    this.#reading.get(nodeId)?.abort();
    try {
      if (source.kind === 'phantom') {
        return await this.#keep(nodeId, await this.#phantom(source), undefined, []);
      }
      this.#reading.set(nodeId, reading);
      return await this.#openFile(request, source, signal);
    } catch (error) {
      if (!signal.aborted) throw error;
      return { ok: false, diagnostics: [], isSuperseded: true };
    } finally {
      if (this.#reading.get(nodeId) === reading) this.#reading.delete(nodeId);
    }
  }

  async #openFile(
    { nodeId, bytes, voxelBytes, fileName }: OpenInputRequest,
    source: Exclude<SourceRequest, { kind: 'phantom' }>,
    signal: AbortSignal,
  ): Promise<OpenInputResult> {
    if (!bytes) {
      return { ok: false, diagnostics: [messages.inputMissing(nodeId, 'Loader')] };
    }
    const name = fileName ?? (source.kind === 'file' ? source.name : source.url);
    const sha256 = await (voxelBytes ? pairSha256Hex(bytes, voxelBytes) : sha256Hex(bytes));
    const differs = source.sha256 !== undefined && source.sha256 !== sha256;
    if (differs && source.kind === 'url') {
      return { ok: false, diagnostics: [messages.wrongDigest(nodeId, name)] };
    }
    const frameOption = source.frame === undefined ? {} : { frame: source.frame };
    const file = { name, bytes, ...(voxelBytes && { voxelBytes }) };
    const read = await readImageFile(file, { ...frameOption, signal });
    if (!read.ok) return { ok: false, diagnostics: [problem(nodeId, read.problem)] };
    const { image } = read;
    const made = await (source.as === 'image'
      ? runHeeding(imageVolumeOf(image), signal)
      : runHeeding(labelVolumeOf(image), signal));
    if (!made.ok) return { ok: false, diagnostics: [problem(nodeId, made.problem)] };
    const warnings = [...read.warnings, ...made.warnings].map((warning) => {
      const { message, remedy } = describeWarning(warning);
      return messages.inputWarning(nodeId, message, remedy);
    });
    if (differs) warnings.push(messages.otherFile(nodeId, name));
    const { geometry, frame } = image;
    return this.#keep(nodeId, made.volume, { sha256, geometry, frame }, warnings);
  }

  async #phantom(source: Extract<SourceRequest, { kind: 'phantom' }>): Promise<Volume> {
    const { name, subject, seed, contrast } = source;
    const key = [name, subject, seed, contrast].join();
    let head = this.#phantoms.get(key);
    if (!head) {
      const dimensions = name === 'head-2d' ? 2 : 3;
      const steps = headPhantomSteps({ dimensions, subject, seed, contrast });
      head = runHeeding(steps, this.#closing.signal);
      this.#phantoms.set(key, head);
      const oldest = this.#phantoms.keys().next();
      if (this.#phantoms.size > keptPhantoms && !oldest.done) this.#phantoms.delete(oldest.value);
    }
    const { image, labels } = await head;
    return source.as === 'image' ? image : labels;
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
    const sha256 = file?.sha256 ?? (await sha256Hex(new Uint8Array(numbersOf(volume).buffer)));
    // Frames of one file are different data; the first one goes without a number.
    const handle = `input:${volume.kind}:${sha256}${file?.frame ? `:${file.frame}` : ''}`;
    const descriptor: InputDescriptor =
      volume.kind === 'image'
        ? { kind: 'image', grid }
        : { kind: 'labels', grid, ids: volume.ids, storedType: volume.storedType };
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
  const { message, remedy } = describeProblem(found, nodeId);
  const isAboutFrame = found.code === 'several-frames' || found.code === 'no-such-frame';
  return messages.inputProblem(nodeId, message, remedy, isAboutFrame ? 'frame' : undefined);
}

/** What a generated volume holds, as numbers: of labels not their indices. */
function numbersOf(volume: Volume): Float32Array<ArrayBuffer> {
  if (volume.kind === 'image') return new Float32Array(volume.values);
  const numbers = volume.ids.map(Number);
  return Float32Array.from(volume.values, (index) => numbers[index] ?? 0);
}

function isConstant(values: Float32Array): boolean {
  const first = values[0];
  return values.every((value) => value === first);
}
