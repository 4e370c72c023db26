import type { Vec3 } from '../../../imaging/frames';
import type { BufferId } from '../../ir/kernel-graph';
import type { Emitter } from '../define-op';
import { copyKernel } from '../loop/loop-kernels';

/** What is done along one axis, and how long it is then. */
interface AxisStep {
  readonly axis: number;
  readonly length: number;
}

/** Steps along axes one after another, through scratch; a value of one element without a step is copied. */
export function walkAxes<Step extends AxisStep>(
  emitter: Emitter,
  source: readonly BufferId[],
  target: readonly BufferId[],
  sizeVoxels: Vec3,
  steps: readonly Step[],
  pass: (
    buffers: { readonly source: readonly BufferId[]; readonly target: readonly BufferId[] },
    numbers: Step & { readonly nx: number; readonly ny: number; readonly nz: number },
  ) => void,
): void {
  if (steps.length === 0) {
    source.forEach((plane, k) => {
      emitter.call(copyKernel, { source: plane, value: target[k] }, { count: 1 });
    });
    return;
  }
  const size = [...sizeVoxels];
  let before = source;
  steps.forEach((step, index) => {
    const [nx = 1, ny = 1, nz = 1] = size;
    size[step.axis] = step.length;
    const count = size.reduce((product, n) => product * n, 1);
    const isLast = index === steps.length - 1;
    const after = isLast ? target : [0, 1, 2].map(() => emitter.scratch(count));
    pass({ source: before, target: after }, { nx, ny, nz, ...step });
    before = after;
  });
}
