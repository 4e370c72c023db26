import { holdLife } from './runtime/api/worker-life';
import { type FromPoolThread, serveRun, type ToPoolThread } from './runtime/cpu/pool-worker';

/** Entry of a pool thread: the same code in the browser's workers and in Node's. */

/** Asked for at run time, so that the page's bundler does not look for a module of Node's. */
const port =
  typeof WorkerGlobalScope === 'undefined'
    ? process.getBuiltinModule('node:worker_threads').parentPort
    : undefined;

if (port) {
  port.on('message', (message: ToPoolThread) => port.postMessage(serveRun(message)));
} else {
  self.onmessage = ({ data }: MessageEvent<ToPoolThread>): void => {
    const answer: FromPoolThread = serveRun(data);
    self.postMessage(answer);
  };
  holdLife((sign) => self.postMessage(sign));
}
