import { z } from 'zod';

/** Which frame of a series is loaded; unset, a file of several frames is refused. */
export function frameParameter() {
  return z.number().int().min(0).max(1_000_000).exactOptional().meta({
    title: 'Frame',
    help: 'Which image of a series (4-D file) to take, counted from 0; not needed for one image.',
  });
}

/** Whether a series is one image of it (unset, too), or its frames are the channels of one image. */
export function seriesParameter() {
  return z.enum(['one-frame', 'frames-as-channels']).exactOptional().meta({
    title: 'Series',
    help: 'What is taken of a series (4-D file): one frame, unless all of them are to be channels of one image.',
  });
}
