import type { Tensor, Variable } from '@tensorflow/tfjs';
import type { NetworkWeight } from '../../api/data-kinds/network';
import type { TensorFlow } from '../tensorflow';

/** Decay of the first and the second moment, and what keeps the quotient finite; Kingma and Ba's own. */
const usualBeta1 = 0.9;
const beta2 = 0.999;
const epsilon = 1e-8;

/** A variable and the name that it has whenever its network is built; its own is unique in the process. */
export interface NamedVariable {
  readonly name: string;
  readonly variable: Variable;
}

/**
 * Adam (Kingma, Ba: Adam: A method for stochastic optimization, 2015) over the variables of a network. TensorFlow.js has one
 * too; this one takes up a checkpoint to the bit, since its bias correction is reckoned from the number of steps and not
 * carried along in float32, and its learning rate can be turned.
 */
export class Adam {
  readonly #tf: TensorFlow;
  readonly #beta1: number;
  readonly #variables: readonly NamedVariable[];
  readonly #first: readonly Variable[];
  readonly #second: readonly Variable[];

  /** @param beta1 decay of the first moment */
  constructor(tf: TensorFlow, variables: readonly NamedVariable[], beta1 = usualBeta1) {
    this.#tf = tf;
    this.#beta1 = beta1;
    this.#variables = variables;
    const zeros = () =>
      variables.map(({ variable }) => tf.tidy(() => tf.variable(tf.zerosLike(variable), false)));
    this.#first = zeros();
    this.#second = zeros();
  }

  /**
   * One step against the gradients.
   * @param gradients by the name that a variable has in the process; one without a gradient stays
   * @param step number of this step, from 1
   */
  step(gradients: Readonly<Record<string, Tensor>>, step: number, learningRate: number): void {
    const tf = this.#tf;
    const beta1 = this.#beta1;
    const rate = (learningRate * Math.sqrt(1 - beta2 ** step)) / (1 - beta1 ** step);
    this.#variables.forEach(({ variable }, index) => {
      const gradient = gradients[variable.name];
      const [first, second] = [this.#first[index], this.#second[index]];
      if (!gradient || !first || !second) return;
      tf.tidy(() => {
        const mean = tf.add(tf.mul(first, beta1), tf.mul(gradient, 1 - beta1));
        const square = tf.add(tf.mul(second, beta2), tf.mul(tf.square(gradient), 1 - beta2));
        first.assign(mean);
        second.assign(square);
        const change = tf.div(tf.mul(mean, rate), tf.add(tf.sqrt(square), epsilon));
        variable.assign(tf.sub(variable, change));
      });
    });
  }

  /** What it remembers, first moments before second ones. */
  async memory(): Promise<readonly NetworkWeight[]> {
    const moments = [...this.#first, ...this.#second];
    return Promise.all(
      moments.map(async (moment, index) => ({
        name: this.#nameOf(index),
        shape: [...moment.shape],
        values: ((await moment.data()) as Float32Array).slice(),
      })),
    );
  }

  /**
   * Goes on with what it remembered.
   * @returns false where that belongs to other variables; then nothing has changed
   */
  remember(memory: readonly NetworkWeight[]): boolean {
    const moments = [...this.#first, ...this.#second];
    const fits =
      memory.length === moments.length &&
      moments.every(
        (moment, index) =>
          memory[index]?.name === this.#nameOf(index) &&
          memory[index]?.values.length === moment.size,
      );
    if (!fits) return false;
    this.#tf.tidy(() => {
      for (const [index, moment] of moments.entries()) {
        moment.assign(this.#tf.tensor((memory[index] as NetworkWeight).values, moment.shape));
      }
    });
    return true;
  }

  dispose(): void {
    this.#tf.dispose([...this.#first, ...this.#second]);
  }

  #nameOf(index: number): string {
    const count = this.#variables.length;
    const name = this.#variables[index % count]?.name ?? '';
    return `${index < count ? 'mean' : 'square'}/${name}`;
  }
}
