import * as Comlink from 'comlink';
import nodeEndpoint from 'comlink/dist/esm/node-adapter';
import type { DeviceChoice, EngineApi } from '../runtime/api/engine/engine-api';

/** Why no graphics card is looked for. */
export type GpuReason =
  | 'The recipe runs on the cpu device.'
  | 'The Vulkan loader (libvulkan.so.1) is not on this machine.';

/** What the engine's thread is told when it starts. */
export interface EngineThreadOptions {
  /** Look for a graphics card, which takes a while, or why there is no need, in a sentence for people. */
  readonly gpu: 'look' | GpuReason;
  readonly threads: number;
  /** The device that a run is going to take; left out where none is known to come. */
  readonly runsOn?: DeviceChoice;
  /** Memory that the machine has, bytes. */
  readonly memoryBytes: number;
  /** Folder in which trainings leave what they are taken up from; nowhere where left out. */
  readonly checkpoints?: string;
  /** Folder of the files that come with Weft. */
  readonly packageFolder: string;
}

/** What is used of a `Worker` of `node:worker_threads`. */
interface EngineThread {
  postMessage(message: unknown, transfer?: readonly unknown[]): void;
  on(event: 'message', handler: (message: unknown) => void): unknown;
  on(event: 'error', handler: (error: Error) => void): unknown;
  on(event: 'exit', handler: (status: number) => void): unknown;
  off(event: 'message', handler: (message: unknown) => void): unknown;
}

/**
 * The engine on a thread of its own, as if it were here. Whatever it does, this thread hears signals; where
 * the engine's ends, all that is asked of it rejects with the reason.
 */
export function connectEngineThread(thread: EngineThread): EngineApi {
  const remote = Comlink.wrap<EngineApi>(
    nodeEndpoint(thread as unknown as Parameters<typeof nodeEndpoint>[0]),
  );
  const ended = new Promise<never>((_, reject) => {
    thread.on('error', reject);
    thread.on('exit', (status: number) =>
      reject(new Error(`The engine's thread ended with status ${status}.`)),
    );
  });
  // Nobody may be asking anything at that time.
  ended.catch(() => {});
  const orEnds = <Answer>(answer: Answer): Promise<Awaited<Answer>> =>
    Promise.race([answer, ended]);
  return {
    describe: () => orEnds(remote.describe()),
    openInput: (request) => orEnds(remote.openInput(Comlink.transfer(request, buffersOf(request)))),
    compile: (request) => orEnds(remote.compile(request)),
    run: (request, onProgress) => orEnds(remote.run(request, Comlink.proxy(onProgress))),
    cancel: (runId) => orEnds(remote.cancel(runId)),
    turn: (...given) => orEnds(remote.turn(...given)),
    read: (request) => orEnds(remote.read(request)),
    release: (handles) => orEnds(remote.release(handles)),
  };
}

/** Memory that can be handed over: Node keeps small files in a pool that all of them share. */
function buffersOf(request: Parameters<EngineApi['openInput']>[0]): ArrayBuffer[] {
  return [request.bytes, request.voxelBytes].flatMap((bytes) =>
    bytes?.buffer instanceof ArrayBuffer && bytes.byteLength === bytes.buffer.byteLength
      ? [bytes.buffer]
      : [],
  );
}
