import type { TensorInfo } from '@tensorflow/tfjs';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { type KernelProgram, runProgram, sizeOf, spread, workgroupIndex } from './kernel-program';

/** A tensor as [outer, summed, inner], whose middle is added up. */
export interface SumView {
  readonly outer: number;
  readonly summed: number;
  readonly inner: number;
}

/** Numbers side by side in memory that a workgroup reads at once. */
const widest = 16;
/** Invocations of a workgroup that shares long sums, and of one where each has its own. */
const sharing = 256;
const alone = 64;
/** Numbers below which a sum is not worth sharing. */
const longSum = 64;
/** Workgroups that keep a large card busy. */
const enoughWorkgroups = 1024;
/** Numbers below which a strand is not worth its place. */
const fewestOfStrand = 8;

/**
 * Σ over the middle of a tensor, times `scale`. Sums are taken in two passes where they are long: slabs, whose number
 * depends on the sizes alone, then these in order.
 */
export function runSum(
  backend: WebGPUBackend,
  tensor: TensorInfo,
  view: SumView,
  scale: number,
  shape: readonly number[],
): TensorInfo {
  const { lanes, strands } = sharesOf(view);
  const blocks = view.outer * Math.ceil(view.inner / lanes);
  const slabs = Math.max(
    1,
    Math.min(
      Math.floor(enoughWorkgroups / blocks),
      Math.floor(view.summed / (strands * fewestOfStrand)),
    ),
  );
  if (slabs === 1) return runPass(backend, tensor, view, { slabs: 1, scale }, shape);
  const numbers = view.outer * view.inner;
  const parts = runPass(backend, tensor, view, { slabs, scale: 1 }, [slabs, numbers]);
  const sum = sumOfParts(backend, parts, slabs, shape, scale);
  backend.disposeData(parts.dataId);
  return sum;
}

/** Σ over the first axis of [parts, …], in order. */
export function sumOfParts(
  backend: WebGPUBackend,
  tensor: TensorInfo,
  parts: number,
  shape: readonly number[],
  scale = 1,
): TensorInfo {
  const view = { outer: 1, summed: parts, inner: sizeOf(shape) };
  return runPass(backend, tensor, view, { slabs: 1, scale }, shape);
}

function runPass(
  backend: WebGPUBackend,
  tensor: TensorInfo,
  { outer, summed, inner }: SumView,
  { slabs, scale }: { readonly slabs: number; readonly scale: number },
  shape: readonly number[],
): TensorInfo {
  const shares = sharesOf({ outer, summed: summed / slabs, inner });
  const blocks = Math.ceil(inner / shares.lanes);
  return runProgram(
    backend,
    sumProgram(shares),
    [tensor],
    shape,
    [...spread(backend, blocks * outer * slabs), 1],
    { sizes: [outer, summed, inner, slabs], ofSlab: [Math.ceil(summed / slabs)], scale },
  );
}

/** How a workgroup is laid out: results side by side, and invocations that share a sum. */
interface Shares {
  readonly lanes: number;
  readonly strands: number;
}

function sharesOf({ summed, inner }: SumView): Shares {
  if (summed < longSum) return { lanes: alone, strands: 1 };
  let lanes = 1;
  while (lanes < widest && lanes < inner) lanes *= 2;
  return { lanes, strands: sharing / lanes };
}

/** A workgroup sums a slab for `lanes` numbers side by side: in strands, then these by halves. */
function sumProgram({ lanes, strands }: Shares): KernelProgram {
  const invocations = lanes * strands;
  const share = `
  sums[local] = sum;
  workgroupBarrier();
  for (var half = ${strands / 2}; half > 0; half = half / 2) {
    if (strand < half) { sums[local] += sums[local + half * ${lanes}]; }
    workgroupBarrier();
  }
  sum = sums[local];`;
  const code = `
${strands > 1 ? `var<workgroup> sums: array<f32, ${invocations}>;` : ''}

fn main() {
  let local = i32(localIndex);
  let lane = local % ${lanes};
  let strand = local / ${lanes};
  // outer, summed, inner, slabs
  let sizes = uniforms.sizes;
  let blocks = (sizes.z + ${lanes - 1}) / ${lanes};
  var group = ${workgroupIndex};
  let inner = (group % blocks) * ${lanes} + lane;
  group = group / blocks;
  let outer = group % sizes.x;
  let slab = group / sizes.x;
  let isThere = inner < sizes.z && slab < sizes.w;
  let start = slab * uniforms.ofSlab.x;
  let end = select(start, min(start + uniforms.ofSlab.x, sizes.y), isThere);
  var sum = 0.0;
  for (var i = start + strand; i < end; i += ${strands}) {
    sum += values[(outer * sizes.y + i) * sizes.z + inner];
  }
  ${strands > 1 ? share : ''}
  if (strand == 0 && isThere) {
    result[(slab * sizes.x + outer) * sizes.z + inner] = sum * uniforms.scale;
  }
}
`;
  return {
    name: `weftSum_${lanes}_${strands}`,
    code,
    invocations,
    reads: [['values', 1]],
    writes: 1,
    uniforms: ['sizes', 'ofSlab', 'scale'],
  };
}
