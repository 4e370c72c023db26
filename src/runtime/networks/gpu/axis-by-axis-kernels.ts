import type { TensorInfo } from '@tensorflow/tfjs';
import { sizeOf } from './kernel-program';
import type { KernelCall, OwnKernel } from './own-kernel';

/** Rank from which programs of TensorFlow.js do not compile, or refuse. */
const tooManyAxes = 5;

/** Missing before and after, for every axis. */
type Paddings = readonly (readonly [number, number])[];

/**
 * Borders and reversals of tensors of five and more axes: TensorFlow.js's own kernels do them one axis after the other,
 * each time for a tensor of three. The gradient of a part of a volume is a border.
 */
export function axisByAxisKernels(): readonly OwnKernel[] {
  const pad = (call: KernelCall) => {
    const { paddings } = call.attributes as { readonly paddings: Paddings };
    return axisByAxis(
      call,
      paddings.flatMap(([before, after], axis) =>
        before + after > 0
          ? [
              {
                axis,
                growth: before + after,
                attributes: {
                  paddings: [
                    [0, 0],
                    [before, after],
                    [0, 0],
                  ],
                },
              },
            ]
          : [],
      ),
    );
  };
  return [
    { name: 'PadV2', run: pad },
    { name: 'MirrorPad', run: pad },
    {
      name: 'Reverse',
      run(call) {
        const { dims } = call.attributes as { readonly dims: number | readonly number[] };
        const rank = call.inputs.x?.shape.length ?? 0;
        return axisByAxis(
          call,
          [dims]
            .flat()
            .map((axis) => ({ axis: (axis + rank) % rank, growth: 0, attributes: { dims: [1] } })),
        );
      },
    },
  ];
}

/** What is done to one axis. */
interface AxisStep {
  readonly axis: number;
  /** By how much it becomes longer. */
  readonly growth: number;
  /** What the kernel is told, for which the axis is the second of three. */
  readonly attributes: object;
}

/** Runs the kernel that was there once for each step. */
function axisByAxis(
  { inputs: { x }, backend, attributes, theirs }: KernelCall,
  steps: readonly AxisStep[],
): TensorInfo | undefined {
  if (!x || x.shape.length < tooManyAxes || x.shape.includes(0)) return undefined;
  let current: TensorInfo = { dataId: x.dataId, shape: x.shape, dtype: x.dtype };
  for (const step of steps) {
    const { shape } = current;
    const before = sizeOf(shape.slice(0, step.axis));
    const after = sizeOf(shape.slice(step.axis + 1));
    const view = [before, shape[step.axis] as number, after];
    const result = theirs({
      backend,
      inputs: { x: { ...current, shape: view } },
      attributes: { ...attributes, ...step.attributes },
    });
    if (Array.isArray(result)) return undefined;
    if (current.dataId !== x.dataId) backend.disposeData(current.dataId);
    const grown = shape.map((length, axis) => (axis === step.axis ? length + step.growth : length));
    current = { dataId: result.dataId, shape: grown, dtype: x.dtype };
  }
  return current.dataId === x.dataId ? undefined : current;
}
