import type { TensorInfo } from '@tensorflow/tfjs';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import type { Activation } from './activation';
import type { Gather } from './convolution-geometry';
import { boxesOf, columnVoxels, type GatherTile, invocationsOf } from './gather-tile';
import { type KernelProgram, runProgram, spread, workgroupIndex } from './kernel-program';

/** What is done to a sum before it is written. */
export interface Finish {
  readonly bias?: TensorInfo | undefined;
  readonly activation?: Activation | undefined;
}

/**
 * Runs one pass of a convolution.
 * @param into tensor that it writes into, or the shape of a new one
 * @throws TensorTooLarge
 */
export function runGather(
  backend: WebGPUBackend,
  gather: Gather,
  tile: GatherTile,
  [source, weights]: readonly [TensorInfo, TensorInfo],
  into: TensorInfo | readonly number[],
  { bias, activation }: Finish = {},
): TensorInfo {
  const program = gatherProgram(gather, tile, bias !== undefined, activation);
  const boxes = gather.latticeSize.map((length, axis) =>
    Math.ceil(length / (tile.size[axis] as number)),
  );
  const quads = Math.ceil(gather.targetChannels / 4);
  return runProgram(
    backend,
    program,
    bias ? [source, weights, bias] : [source, weights],
    into,
    [...spread(backend, boxesOf(gather, tile.size)), Math.ceil(quads / (tile.quads * tile.groups))],
    {
      sourceSize: [...gather.sourceSize, gather.sourceChannels],
      targetSize: [...gather.targetSize, gather.targetChannels],
      latticeSize: [...gather.latticeSize, gather.batch],
      boxes,
      targetStep: gather.targetStep,
      targetOrigin: gather.targetOrigin,
      origin: gather.origin,
      taps: [...gather.taps, Math.ceil(gather.sourceChannels / 4)],
      tapFirst: gather.tapFirst,
      tapStep: gather.tapStep,
      kernelSize: gather.kernelSize,
      scale: activation?.slope ?? 0,
    },
  );
}

/**
 * The shader of a pass. A workgroup computes a box of voxels times a block of channels. For each chunk of up to four
 * channels of the source and each tap along z it brings the box with its rim, and the weights of these taps, into its own
 * memory; an invocation then sums a column of four voxels along y times one or two fours of channels in registers. It
 * reads a column of the patch once for all taps along y, and weights at an address that its neighbours share. The loops
 * that remain have few products each: shaders that are written out in full take seconds to compile.
 */
export function gatherProgram(
  gather: Gather,
  tile: GatherTile,
  hasBias: boolean,
  activation: Activation | undefined,
): KernelProgram {
  const { transposed, sourceChannels, targetChannels, step, taps } = gather;
  const { size, patch, rowPitch, slicePitch, quads, groups, lanes } = tile;
  const lanePitch = slicePitch * size[2];
  const sourceVectors = sourceChannels % 4 === 0;
  const targetVectors = targetChannels % 4 === 0;
  const weightVectors = targetVectors && !transposed;
  const columns = size[1] / columnVoxels;
  const invocations = invocationsOf(tile);
  const [tapsX, tapsY] = [Math.max(1, taps[0]), Math.max(1, taps[1])];
  const block = quads * groups;
  const widths = Math.min(4, targetChannels);
  const [sourceType, targetType] = [vectorType(lanes), vectorType(widths)];
  const patchVoxels = patch[0] * patch[1] * patch[2];
  const weightRows = tapsX * tapsY * lanes;
  const voxels = range(columnVoxels);
  const fours = range(quads);

  const code = `
// One channel after the other.
var<workgroup> patchValues: array<f32, ${lanes * lanePitch}>;
var<workgroup> weightValues: array<${targetType}, ${weightRows * block}>;

// Up to four channels of a voxel of the source; 0 outside.
fn sourceAt(batch: i32, voxel: vec3<i32>, chunk: i32) -> ${sourceType} {
  let size = uniforms.sourceSize;
  if (any(voxel < vec3<i32>(0)) || any(voxel >= size.xyz)) { return ${sourceType}(); }
  let row = ((batch * size.z + voxel.z) * size.y + voxel.y) * size.x + voxel.x;
  ${sourceCode(sourceVectors, lanes)}
}

// Up to four columns of the weights: these of one tap and one channel of the source.
fn weightsAt(tap: vec3<i32>, channel: i32, quad: i32) -> ${targetType} {
  let k = uniforms.tapFirst.xyz + uniforms.tapStep.xyz * tap;
  let row = (k.z * uniforms.kernelSize.y + k.y) * uniforms.kernelSize.x + k.x;
  if (channel >= uniforms.sourceSize.w) { return ${targetType}(); }
  ${weightCode(weightVectors, transposed, widths)}
}
${activation ? activation.code(targetType) : ''}
fn writeTarget(batch: i32, place: vec3<i32>, quad: i32, sum: ${targetType}) {
  if (any(place >= uniforms.latticeSize.xyz) || quad * 4 >= uniforms.targetSize.w) { return; }
  let voxel = place * uniforms.targetStep.xyz + uniforms.targetOrigin.xyz;
  let size = uniforms.targetSize;
  let row = ((batch * size.z + voxel.z) * size.y + voxel.y) * size.x + voxel.x;
  var value = sum;
  ${hasBias ? biasCode(targetVectors, widths) : ''}
  ${activation ? 'value = activated(value);' : ''}
  ${targetCode(targetVectors, widths)}
}

fn main() {
  let local = i32(localIndex);
  let x = local % ${size[0]};
  let column = (local / ${size[0]}) % ${columns};
  let z = (local / ${size[0] * columns}) % ${size[2]};
  let group = local / ${size[0] * columns * size[2]};
  var box = ${workgroupIndex};
  let boxes = uniforms.boxes.xyz;
  let boxX = box % boxes.x;
  box = box / boxes.x;
  let boxY = box % boxes.y;
  box = box / boxes.y;
  let boxZ = box % boxes.z;
  let batch = box / boxes.z;
  let corner = vec3<i32>(boxX, boxY, boxZ) * vec3<i32>(${size.join(', ')});
  let first = corner * vec3<i32>(${step.join(', ')}) + uniforms.origin.xyz;
  let firstQuad = i32(workgroupId.z) * ${block};
  ${voxels.map((v) => fours.map((q) => `var sum${v}_${q} = ${targetType}();`).join(' ')).join('\n  ')}
  for (var chunk = 0; chunk < uniforms.taps.w; chunk += 1) {
    for (var tapZ = 0; tapZ < uniforms.taps.z; tapZ += 1) {
      workgroupBarrier();
      // A workgroup beyond the last of the batch sums what is there and writes nothing.
      for (var i = local; i < ${patchVoxels}; i += ${invocations}) {
        let px = i % ${patch[0]};
        let py = (i / ${patch[0]}) % ${patch[1]};
        let pz = i / ${patch[0] * patch[1]};
        let value = sourceAt(batch, first + vec3<i32>(px, py, pz * ${step[2]} + tapZ), chunk);
        let at = pz * ${slicePitch} + py * ${rowPitch} + px;
        ${range(lanes)
          .map((i) => `patchValues[at + ${i * lanePitch}] = value${lanes === 1 ? '' : `[${i}]`};`)
          .join(' ')}
      }
      for (var i = local; i < ${weightRows * block}; i += ${invocations}) {
        let row = i / ${block};
        let tap = vec3<i32>(row / ${lanes * tapsY}, row % ${tapsY}, tapZ);
        let lane = (row / ${tapsY}) % ${lanes};
        weightValues[i] = weightsAt(tap, chunk * 4 + lane, firstQuad + i % ${block});
      }
      workgroupBarrier();
      for (var tapX = 0; tapX < ${tapsX}; tapX += 1) {
        for (var lane = 0; lane < ${lanes}; lane += 1) {
          let start = lane * ${lanePitch} + z * ${slicePitch} + column * ${columnVoxels * step[1] * rowPitch} + x * ${step[0]} + tapX;
          ${range((columnVoxels - 1) * step[1] + tapsY)
            .map((y) => `let p${y} = patchValues[start + ${y * rowPitch}];`)
            .join(' ')}
          let row = (tapX * ${lanes} + lane) * ${tapsY * block} + group * ${quads};
          ${range(tapsY).map(productCode).join('\n          ')}
        }
      }
    }
  }
  if (batch >= uniforms.latticeSize.w) { return; }
  let place = corner + vec3<i32>(x, column * ${columnVoxels}, z);
  let quad = firstQuad + group * ${quads};
  var sums = array<${targetType}, ${columnVoxels * quads}>(${voxels
    .flatMap((v) => fours.map((q) => `sum${v}_${q}`))
    .join(', ')});
  for (var i = 0; i < ${columnVoxels * quads}; i += 1) {
    writeTarget(batch, place + vec3<i32>(0, i / ${quads}, 0), quad + i % ${quads}, sums[i]);
  }
}
`;

  /** Adds what one tap along y gives to all sums of an invocation. */
  function productCode(tapY: number): string {
    const weights = fours.map((q) => `let w${q} = weightValues[row + ${tapY * block + q}];`);
    const products = voxels.flatMap((v) =>
      fours.map((q) => `sum${v}_${q} += p${v * step[1] + tapY} * w${q};`),
    );
    return `{ ${weights.join(' ')} ${products.join(' ')} }`;
  }

  return {
    name: [
      'weftGather',
      transposed ? 't' : 'f',
      ...size,
      ...step,
      tapsX,
      tapsY,
      quads,
      groups,
      lanes,
      widths,
      sourceVectors,
      targetVectors,
      hasBias,
      activation?.name ?? 'linear',
    ].join('_'),
    code,
    invocations,
    reads: [
      ['source', sourceVectors ? 4 : 1],
      ['weights', weightVectors ? 4 : 1],
      ...(hasBias ? ([['bias', targetVectors ? 4 : 1]] as const) : []),
    ],
    writes: targetVectors ? 4 : 1,
    uniforms: [
      'sourceSize',
      'targetSize',
      'latticeSize',
      'boxes',
      'targetStep',
      'targetOrigin',
      'origin',
      'taps',
      'tapFirst',
      'tapStep',
      'kernelSize',
      'scale',
    ],
  };
}

/** WGSL type of so many channels. */
export function vectorType(channels: number): string {
  return channels === 1 ? 'f32' : `vec${channels}<f32>`;
}

/** 0, 1, …, count − 1. */
export function range(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index);
}

/** Reads up to four channels of `row` from a buffer of scalars; beyond `channels` there is 0. */
export function lanesCode(
  buffer: string,
  row: string,
  chunk: string,
  channels: string,
  lanes: number,
): string {
  const base = `let base = ${row} * ${channels} + ${chunk} * 4;`;
  // Fewer than four are all that there are.
  if (lanes < 4) {
    return `${base} return ${vectorType(lanes)}(${range(lanes)
      .map((i) => `${buffer}[base + ${i}]`)
      .join(', ')});`;
  }
  return `${base} let left = ${channels} - ${chunk} * 4;
  return vec4<f32>(${range(4)
    .map((i) => `select(0.0, ${buffer}[base + ${i}], left > ${i})`)
    .join(', ')});`;
}

function sourceCode(vectors: boolean, lanes: number): string {
  return vectors
    ? 'return source[row * (uniforms.sourceSize.w / 4) + chunk];'
    : lanesCode('source', 'row', 'chunk', 'uniforms.sourceSize.w', lanes);
}

function weightCode(vectors: boolean, transposed: boolean, widths: number): string {
  const columns = 'uniforms.targetSize.w';
  if (vectors) {
    return `let at = row * uniforms.sourceSize.w + channel;
  if (quad * 4 >= ${columns}) { return vec4<f32>(); }
  return weights[at * (${columns} / 4) + quad];`;
  }
  if (!transposed) {
    return `let at = row * uniforms.sourceSize.w + channel;
  ${lanesCode('weights', 'at', 'quad', columns, widths)}`;
  }
  // Rows and columns change places: what is read side by side lies a row apart.
  const values = range(widths).map(
    (i) =>
      `select(0.0, weights[(row * ${columns} + quad * 4 + ${i}) * uniforms.sourceSize.w + channel], quad * 4 + ${i} < ${columns})`,
  );
  return `return ${vectorType(widths)}(${values.join(',\n    ')});`;
}

function biasCode(vectors: boolean, widths: number): string {
  if (vectors) return 'value += bias[quad];';
  const values = range(widths).map((i) => `bias[min(quad * 4 + ${i}, uniforms.targetSize.w - 1)]`);
  return `value += ${vectorType(widths)}(${values.join(', ')});`;
}

function targetCode(vectors: boolean, widths: number): string {
  if (vectors) return 'result[row * (uniforms.targetSize.w / 4) + quad] = value;';
  if (widths === 1) return 'result[row] = value;';
  return `let base = row * uniforms.targetSize.w + quad * 4;
  ${range(widths)
    .map(
      (i) => `if (quad * 4 + ${i} < uniforms.targetSize.w) { result[base + ${i}] = value[${i}]; }`,
    )
    .join('\n  ')}`;
}
