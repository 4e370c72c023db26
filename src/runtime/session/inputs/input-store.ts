import type { FileProblem } from '../../../imaging/image-problem';
import { geometryOf } from '../../../imaging/nifti/geometry';
import type { NiftiGeometry } from '../../../imaging/nifti/header';
import { type HeadPhantom, headPhantomSteps } from '../../../imaging/phantoms/head';
import { describeProblem, describeWarning } from '../../../imaging/problem-messages';
import { runHeeding } from '../../../imaging/steps';
import { planesOf, type Volume } from '../../../imaging/volume';
import { pairSha256Hex, sha256Hex } from '../../../imaging/volume-digest';
import type { ComputedValue } from '../../api/data-kinds/index';
import type { Diagnostic } from '../../api/engine/diagnostics';
import type { OpenInputRequest, OpenInputResult } from '../../api/engine/engine-api';
import type { InputDescriptor, SourceRequest } from '../../api/engine/inputs';
import { messages } from '../../api/engine/messages';
import { valuesOf } from '../../compile/data-values';
import { InternalError } from '../../internal-error';
import type { Numbers } from '../results/result-data';
import { valuesWithData } from '../results/values-with-data';
import { expandAside, type Gunzip } from './expand-aside';
import { dataOfLandmarks, dataOfVolume, type SourceData, sourceReaders } from './source-readers';

/** Data that a loader can be bound to. */
export interface StoredInput {
  readonly handle: string;
  /** What it is, as numbers; the arrays are those of `numbers`. */
  readonly computed: ComputedValue;
  /** Numbers of the descriptor's program values. */
  readonly numbers: Numbers;
  /** As it is stored in a file, where it is one plane of voxels. */
  readonly volume: Volume | undefined;
  /** Header fields that a file on the same grid is written with, where it lies on one. */
  readonly geometry: NiftiGeometry | undefined;
  /** Of the file's bytes, or of the values where they were generated. */
  readonly sha256: string;
  readonly descriptor: InputDescriptor;
}

type PhantomResult =
  | { readonly ok: true; readonly data: SourceData }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/** A file that comes with Weft, by name; undefined where there is none. */
export type BundledFiles = (name: string) => Promise<Uint8Array | undefined>;

/** Phantoms that are kept, so that image and labels of one head are generated once. */
const keptPhantoms = 4;

/** Opens what loaders ask for and keeps it under handles. */
export class InputStore {
  readonly #inputs = new Map<string, StoredInput>();
  readonly #phantoms = new Map<string, Promise<HeadPhantom>>();
  /** Files that are being read, by loader. */
  readonly #reading = new Map<string, AbortController>();
  readonly #closing = new AbortController();
  readonly #gunzip: Gunzip | undefined;
  readonly #bundled: BundledFiles | undefined;

  /**
   * @param gunzip where files can be decompressed elsewhere; left out, the reader does it here
   * @param bundled the files that come with Weft
   */
  constructor(gunzip?: Gunzip, bundled?: BundledFiles) {
    this.#gunzip = gunzip;
    this.#bundled = bundled;
  }

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
        const phantom = await this.#phantom(nodeId, source);
        return phantom.ok ? await this.#keep(nodeId, phantom.data, undefined, []) : phantom;
      }
      this.#reading.set(nodeId, reading);
      if (source.kind === 'bundled') {
        const bytes = await this.#bundled?.(source.name);
        if (!bytes) return { ok: false, diagnostics: [messages.notBundled(nodeId, source.name)] };
        return await this.#openFile({ ...request, bytes }, source, signal);
      }
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
    const name = fileName ?? (source.kind === 'url' ? source.url : source.name);
    const sha256 = await (voxelBytes ? pairSha256Hex(bytes, voxelBytes) : sha256Hex(bytes));
    const differs =
      source.kind !== 'bundled' && source.sha256 !== undefined && source.sha256 !== sha256;
    if (differs && source.kind === 'url') {
      return { ok: false, diagnostics: [messages.wrongDigest(nodeId, name)] };
    }
    const given = { name, bytes, ...(voxelBytes && { voxelBytes }) };
    const file = this.#gunzip ? await expandAside(given, this.#gunzip) : given;
    signal.throwIfAborted();
    const read = await sourceReaders[source.as](file, { ...source, signal });
    if (!read.ok) return { ok: false, diagnostics: [problem(nodeId, read.problem)] };
    const warnings = read.warnings.map((warning) => {
      const { message, remedy } = describeWarning(warning);
      return messages.inputWarning(nodeId, message, remedy);
    });
    if (differs) warnings.push(messages.otherFile(nodeId, name));
    return this.#keep(nodeId, read.data, { sha256, reading: read.reading }, warnings);
  }

  async #phantom(
    nodeId: string,
    source: Extract<SourceRequest, { kind: 'phantom' }>,
  ): Promise<PhantomResult> {
    if (source.as === 'transform' || source.as === 'network') {
      return { ok: false, diagnostics: [messages.inputMissing(nodeId, 'Loader')] };
    }
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
    const { image, labels, landmarks } = await head;
    if (source.as === 'landmarks') return { ok: true, data: dataOfLandmarks(landmarks) };
    const volume = source.as === 'image' ? image : labels;
    return { ok: true, data: { ...dataOfVolume(volume), geometry: geometryOf(volume.grid) } };
  }

  async #keep(
    nodeId: string,
    { computed, volume, geometry }: SourceData,
    file: { readonly sha256: string; readonly reading: string } | undefined,
    warnings: readonly Diagnostic[],
  ): Promise<OpenInputResult> {
    const { kind } = computed;
    const { ports, data } = valuesWithData({ source: computed }, { source: kind });
    const descriptor = ports.source;
    if (!descriptor) throw new InternalError('An input has no value.');
    const numbers = await data.read(valuesOf(descriptor));
    const sha256 = file?.sha256 ?? (await digestOf(volume, numbers));
    // One file read in two ways is different data.
    const handle = `input:${kind}:${sha256}${file?.reading ? `:${file.reading}` : ''}`;
    const planes = volume?.kind === 'image' ? planesOf(volume) : [];
    const constant = planes.flatMap((plane, channel) => (isConstant(plane) ? [channel] : []));
    const told =
      constant.length === 0
        ? warnings
        : [...warnings, messages.constantImage(nodeId, constant, planes.length)];
    this.#inputs.set(handle, { handle, computed, numbers, volume, geometry, sha256, descriptor });
    return {
      ok: true,
      handle,
      descriptor,
      sha256,
      warnings: told,
    };
  }
}

function problem(nodeId: string, found: FileProblem): Diagnostic {
  const { message, remedy } = describeProblem(found, nodeId);
  return messages.inputProblem(nodeId, message, remedy, parameterOf[found.code]);
}

/** The parameter of a loader that says how to read what was refused. */
const parameterOf: Readonly<Partial<Record<FileProblem['code'], string>>> = {
  'several-frames': 'frame',
  'no-such-frame': 'frame',
  'two-point-sets': 'columns',
  'no-such-point-set': 'columns',
  'points-frame-unstated': 'coordinates',
  'points-frame-contradicted': 'coordinates',
};

function digestOf(volume: Volume | undefined, numbers: Numbers): Promise<string> {
  const planes = volume ? [numbersOf(volume)] : [...numbers.values()].flat();
  const all = new Float32Array(planes.reduce((sum, { length }) => sum + length, 0));
  let from = 0;
  for (const plane of planes) {
    all.set(plane, from);
    from += plane.length;
  }
  return sha256Hex(new Uint8Array(all.buffer));
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
