import type { LayersModel } from '@tensorflow/tfjs';
import type { z } from 'zod';
import type { FieldOps } from '../field-ops';
import type { TensorFlow } from '../tensorflow';

/** What a network is built for. */
export interface NetworkRequest<Settings> {
  /** Of the input grid: x, y of a slice, or x, y, z. */
  readonly sizeVoxels: readonly number[];
  readonly settings: Settings;
  /** Of the initial weights: each layer gets a seed of its own from it and from its name. */
  readonly seed: number;
  /** `zero` where weights are read from a file next: nothing is drawn. `random` if absent. */
  readonly initialWeights?: 'random' | 'zero';
  /** For networks that warp images within; they live at least as long as the model. */
  readonly fieldOps?: FieldOps;
}

/** A network, with what its first output means. */
export interface BuiltNetwork {
  /**
   * Inputs `moving` and `fixed`, `[batch, (z,) y, x, 1]`, values of about 0 to 1, or `image` alone. First output: the
   * field, `[batch, (z,) y, x, d]`, channels in the order x, y(, z), in voxels of the input grid,
   * from a fixed voxel to the moving one; or parameters, `[batch, count]`. `dispose` frees its weights.
   */
  readonly model: LayersModel;
  /**
   * A displacement u; a stationary velocity v, to be exponentiated; or two velocities, the second from
   * the second output, whose map is exp(v₁) ∘ exp(−v₂): both images meet halfway. Or the free parameters
   * of one map of the whole image, `motion-of-parameters.ts` says which: nothing bends. Of networks that do not register: a map of
   * verdicts, near 1 where what is seen is taken for real; or an image, `[batch, (z,) y, x, 1]`, within [0, 1]; or, of rigid steps,
   * what each is worth, `[batch, steps]`, or how likely it is (logits), with what is left to gain as the second output, `[batch, 1]`.
   */
  readonly predicts:
    | 'displacement'
    | 'velocity'
    | 'velocity-pair'
    | 'rigid'
    | 'affine'
    | 'verdicts'
    | 'image'
    | 'action-values'
    | 'policy-and-value';
  /** The field has 1/everyVoxels of the samples along each axis; its values stay voxels of the input grid. */
  readonly everyVoxels: number;
  /**
   * Of a network that says how sure it is of its velocity: the second output is the logarithm of its variance, and `prior` the
   * λ of the precision that it is held against while it learns. What it predicts is the mean.
   */
  readonly posterior?: { readonly prior: number };
  /**
   * Of a network that says where regularization counts more and where less: its last output has one channel on the samples of
   * the field, of which `local-weight.ts` makes the weight, and this is the largest factor by which it may differ from 1.
   */
  readonly localWeight?: { readonly largestFactor: number };
  /**
   * The second output are features of each image by itself, `[2 · batch, (z,) y, x, channels]`, of the moving images, then of the
   * fixed ones.
   */
  readonly features?: true;
}

/** How the wired objectives count for a network that is told how much regularization does. */
export interface Condition {
  /** Factors on the weights of the objectives, at a share of 0 to 1. */
  factors(share: number): { readonly similarity: number; readonly regularizer: number };
}

/** What a network is for: to register two images, to judge what it is shown, to translate an image into another contrast, or to say which step to take. */
export type NetworkTask = 'register' | 'judge' | 'translate' | 'step';

/** A published network, or rather all networks that its layer table describes. */
export interface Architecture<Settings = unknown> {
  /** Also its name in files. */
  readonly name: string;
  readonly title: string;
  /** `register` if absent. */
  readonly task?: NetworkTask;
  /** Settings are JSON; what is absent gets the published default. */
  readonly settings: z.ZodType<Settings>;
  /** Sizes along every axis must be a multiple of it. */
  multipleOf(settings: Settings): number;
  /**
   * Of networks that are told how much regularization counts: their third input is `regularization`,
   * `[batch, 1]`, a share of 0 to 1. Absent of all others.
   */
  condition?(settings: Settings): Condition;
  /**
   * Builds it on the backend that `tf` has; weights alone are allocated.
   * @throws RangeError where the size does not fit; the message names the multiple. Also where field
   * ops are needed and not given
   */
  build(tf: TensorFlow, request: NetworkRequest<Settings>): BuiltNetwork;
}

/**
 * Throws where a network cannot be built for the size of a grid.
 * @throws RangeError that names the multiple
 */
export function checkSize(
  title: string,
  { sizeVoxels }: Pick<NetworkRequest<unknown>, 'sizeVoxels'>,
  multiple: number,
): void {
  const size = sizeVoxels.join(' × ');
  if (sizeVoxels.length !== 2 && sizeVoxels.length !== 3) {
    throw new RangeError(`${title} is for slices and volumes, not for ${sizeVoxels.length} axes.`);
  }
  if (sizeVoxels.every((n) => Number.isInteger(n) && n > 0 && n % multiple === 0)) return;
  throw new RangeError(
    `${title} needs sizes that are multiples of ${multiple} along every axis; the grid has ${size} voxels.`,
  );
}
