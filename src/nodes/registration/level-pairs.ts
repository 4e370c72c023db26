import type { Builder } from '../../runtime/api/nodes/builder';
import type { ImagePair } from '../../runtime/api/nodes/compare';
import { shrinkImage } from './pyramid';
import type { RegistrationParts } from './registration-parts';

/** The images of a level, smoothed and shrunk: constant in its loop. */
export interface LevelPairs {
  /** The pair of `register`. */
  readonly main: ImagePair;
}

/** Brings every pair that is compared to a level. */
export function levelPairs(
  b: Builder,
  { fixed, moving, schedule }: RegistrationParts,
  shrink: number,
): LevelPairs {
  return {
    main: {
      of: '',
      fixed: shrinkImage(b, fixed, shrink, schedule.smoothPerShrink),
      moving: shrinkImage(b, moving, shrink, schedule.smoothPerShrink),
    },
  };
}
