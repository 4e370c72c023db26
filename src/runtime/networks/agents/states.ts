import type { Tensor } from '@tensorflow/tfjs';
import type { RigidAgentSettings } from '../architectures/rigid-agent';
import type { ModelOnDevice } from '../model-on-device';
import type { TensorFlow } from '../tensorflow';
import type { Judgement } from './roll-out';

/** What an agent sees: the fixed image, and the moving one as it lies at the moment. */
export interface SeenPair {
  readonly fixed: Float32Array;
  readonly moving: Float32Array;
}

/** What an agent says of states that it is shown, `[batch, …]` each. */
export type Answers = readonly Tensor[];

/** The states as the inputs of a network, in its order. */
export function statesAsInputs(
  tf: TensorFlow,
  { sizeVoxels }: Pick<ModelOnDevice, 'sizeVoxels'>,
  states: readonly SeenPair[],
): readonly [Tensor, Tensor] {
  const shape = [states.length, ...[...sizeVoxels].reverse(), 1];
  const stacked = (part: keyof SeenPair): Tensor => {
    const voxels = states[0]?.[part].length ?? 0;
    const values = new Float32Array(voxels * states.length);
    for (const [index, state] of states.entries()) values.set(state[part], index * voxels);
    return tf.tensor(values, shape);
  };
  return [stacked('moving'), stacked('fixed')];
}

/** What an agent thinks of states. */
export async function judgementsOf(
  tf: TensorFlow,
  model: ModelOnDevice,
  states: readonly SeenPair[],
): Promise<readonly Judgement[]> {
  const outputs = tf.tidy(() => [...model.outputs(statesAsInputs(tf, model, states), false)]);
  const [steps, value] = await Promise.all(
    outputs.map(async (output) => (await output.data()) as Float32Array),
  );
  tf.dispose(outputs);
  const count = (steps?.length ?? 0) / states.length;
  return states.map((_, index) => {
    const own = [...(steps?.subarray(index * count, (index + 1) * count) ?? [])];
    return { steps: own, left: value ? (value[index] as number) : Math.max(...own) };
  });
}

/** Settings of a built agent. */
export function agentSettings({ settings }: Pick<ModelOnDevice, 'settings'>): RigidAgentSettings {
  return settings as RigidAgentSettings;
}
