import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parentPort, Worker, workerData } from 'node:worker_threads';
import { constants, crc32, deflateRaw, gunzip } from 'node:zlib';
import * as Comlink from 'comlink';
import nodeEndpoint from 'comlink/dist/esm/node-adapter';
import { nodeRegistry } from '../nodes/index';
import type { EngineApi, ReadRequest } from '../runtime/api/engine/engine-api';
import type { Gzip } from '../runtime/api/engine/file-writers/file-writer';
import type { PoolThread } from '../runtime/cpu/pool-worker';
import { nodePoolThread } from '../runtime/cpu/threads';
import { deviceOpeners } from '../runtime/device-openers';
import { createSession } from '../runtime/session';
import type { Gunzip } from '../runtime/session/inputs/expand-aside';
import { checkpointsInFolder } from './checkpoint-files';
import type { EngineThreadOptions } from './engine-thread';
import { codeOf } from './failure-reason';
import { gzipInPieces } from './gzip-pieces';

/** Entry of the thread on which the engine works, so that the command line's own stays free to listen. */

/** Dawn's way to the graphics cards, or why there is none, in a sentence for people. */
async function openGpu(): Promise<{ readonly gpu: GPU } | { readonly because: string }> {
  try {
    const dawn = await import('webgpu');
    const gpu = dawn.create([]);
    // Once this object is collected Dawn crashes or hangs: out of reach for collector and bundler.
    Object.assign(globalThis, dawn.globals, { keptGpu: gpu });
    return { gpu };
  } catch (error) {
    const isAbsent = codeOf(error) === 'ERR_MODULE_NOT_FOUND';
    return {
      because: isAbsent
        ? 'The package "webgpu" is not installed: run "npm install webgpu" where Weft is installed.'
        : `The package "webgpu" does not load here: ${error instanceof Error ? error.message : error}.`,
    };
  }
}

/** The engine, which says in its own words that there is no WebGPU, with the reason that is known here. */
function explaining(engine: EngineApi, because: string): EngineApi {
  const describe = engine.describe.bind(engine);
  return Object.assign(engine, {
    describe: async () => {
      const { missing, ...rest } = await describe();
      const explained = missing.map((one) => (one.kind === 'gpu' ? { ...one, because } : one));
      return { ...rest, missing: explained };
    },
  });
}

/** The engine, whose files go to the other thread as they are, and not as a copy. */
function handingOver(engine: EngineApi): EngineApi {
  const read = engine.read.bind(engine);
  return Object.assign(engine, {
    async read(request: ReadRequest) {
      const result = await read(request);
      if (result.kind !== 'file') return result;
      const { buffer, byteLength } = result.bytes;
      const isWhole = buffer instanceof ArrayBuffer && buffer.byteLength === byteLength;
      return isWhole ? Comlink.transfer(result, [buffer]) : result;
    },
  });
}

function spawnThread(): PoolThread {
  return nodePoolThread(new Worker(new URL('./cpu-worker.js', import.meta.url)));
}

const compress = promisify(deflateRaw);
/**
 * By zlib, on threads of Node's own: several pieces at a time, and none holds up the engine. The search for
 * what is there twice takes most of the time, and finds nothing in a field's floats.
 */
const gzipAside: Gzip = (bytes, { repeats }) =>
  gzipInPieces(bytes, {
    deflate: (piece, isLast) =>
      compress(piece, {
        // For each chunk that is full the engine's thread is waited for.
        chunkSize: 2 ** 17,
        finishFlush: isLast ? constants.Z_FINISH : constants.Z_SYNC_FLUSH,
        ...(repeats ? {} : { strategy: constants.Z_HUFFMAN_ONLY }),
      }),
    crc32,
  });
const expand = promisify(gunzip);
/** The same, the other way; zlib compares the checksum, and makes no more than is asked for. */
const gunzipAside: Gunzip = async (bytes, contentBytes) => {
  try {
    // In one piece: put together from small ones it would be copied.
    const chunkSize = Math.max(constants.Z_MIN_CHUNK, contentBytes);
    const content = await expand(bytes, { chunkSize, maxOutputLength: contentBytes });
    return content.length === contentBytes ? content : undefined;
  } catch {
    return undefined;
  }
};

if (parentPort) {
  const {
    gpu: wanted,
    threads,
    memoryBytes,
    runsOn,
    checkpoints,
    packageFolder,
  } = workerData as EngineThreadOptions;
  const opened = wanted === 'look' ? await openGpu() : { because: wanted };
  const gpu = 'gpu' in opened ? opened.gpu : undefined;
  const devices = deviceOpeners({ gpu, spawnThread, threads, memoryBytes });
  // One run, and nothing after it.
  const session = createSession({
    registry: nodeRegistry,
    devices,
    maxResultBytes: 0,
    gzip: gzipAside,
    gunzip: gunzipAside,
    bundled: (name) =>
      fs.readFile(join(packageFolder, 'networks', `${name}.zip`)).catch(() => undefined),
    ...(checkpoints === undefined
      ? {}
      : { checkpoints: checkpointsInFolder(checkpoints, fs, join) }),
  });
  if (runsOn) session.expectRun(runsOn);
  const engine = handingOver('because' in opened ? explaining(session, opened.because) : session);
  Comlink.expose(engine, nodeEndpoint(parentPort));
}
