/** A function of each channel of a voxel, applied as a convolution writes it. */
export interface Activation {
  readonly name: string;
  /** Slope below 0 of a leaky ReLU. */
  readonly slope?: number;
  /** A function `activated` of values of this type, in WGSL; `uniforms.scale` is the slope. */
  code(type: string): string;
}

const bodies: Readonly<Record<string, (type: string) => string>> = {
  // Not `max`, which may lose a NaN.
  relu: (type) => `select(value, ${type}(), value < ${type}())`,
  relu6: (type) =>
    `select(select(value, ${type}(), value < ${type}()), ${type}(6.0), value > ${type}(6.0))`,
  leakyrelu: (type) => `select(value, uniforms.scale * value, value < ${type}())`,
  elu: (type) => `select(value, exp(value) - ${type}(1.0), value < ${type}())`,
  sigmoid: (type) => `${type}(1.0) / (${type}(1.0) + exp(-value))`,
};

/**
 * The activation that TensorFlow.js asks a fused convolution for.
 * @param slope of a leaky ReLU
 * @returns `linear` where there is none, undefined where we do not know it
 */
export function activationOf(name: string, slope: number): Activation | 'linear' | undefined {
  if (name === 'linear') return name;
  const body = bodies[name];
  if (!body) return undefined;
  return {
    name,
    slope,
    code: (type) => `fn activated(value: ${type}) -> ${type} { return ${body(type)}; }`,
  };
}
