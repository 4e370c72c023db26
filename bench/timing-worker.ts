import { parentPort } from 'node:worker_threads';
import { type TimedWalk, walkTimed } from './timed-walk';

/** Entry of a thread that times the passes it runs. */
parentPort?.on('message', (message: TimedWalk) => parentPort?.postMessage(walkTimed(message)));
