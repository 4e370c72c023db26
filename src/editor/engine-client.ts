import * as Comlink from 'comlink';
import type { EngineApi } from '../runtime/api/engine/engine-api';

/**
 * The engine in a worker, as if it were here. Bytes of files are handed over, not copied; progress
 * comes back through a proxy.
 */
export function connectEngine(worker: Worker): EngineApi {
  const remote = Comlink.wrap<EngineApi>(worker);
  return {
    describe: () => remote.describe(),
    openInput: (request) =>
      remote.openInput(
        Comlink.transfer(
          request,
          [request.bytes, request.voxelBytes].flatMap((bytes) => (bytes ? [bytes.buffer] : [])),
        ),
      ),
    compile: (request) => remote.compile(request),
    run: (request, onProgress) => remote.run(request, Comlink.proxy(onProgress)),
    cancel: (runId) => remote.cancel(runId),
    turn: (runId, nodeId, parameter, value) => remote.turn(runId, nodeId, parameter, value),
    read: (request) => remote.read(request),
    release: (handles) => remote.release(handles),
  };
}
