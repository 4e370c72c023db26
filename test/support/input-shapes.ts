import type { Grid } from '../../src/imaging/grid';
import type { LabelIds } from '../../src/imaging/volume';
import type { InputDescriptor } from '../../src/runtime/api/engine/inputs';
import type { ValueId } from '../../src/runtime/ir/values';

const only = 0 as ValueId;

/** What the compiler knows of an image that is bound to a loader. */
export function imageShape(grid: Grid, channels = 1): InputDescriptor {
  return { kind: 'image', grid, channels, image: only };
}

/** Likewise of labels. */
export function labelsShape(grid: Grid, ids: LabelIds): InputDescriptor {
  return { kind: 'labels', grid, ids, labels: only };
}
