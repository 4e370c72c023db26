import type { TensorInfo } from '@tensorflow/tfjs';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import type { Convolution } from './convolution-geometry';
import type { FilterTile } from './filter-gradient-tile';
import { lanesCode, range, vectorType } from './gather-program';
import { type KernelProgram, runProgram } from './kernel-program';
import { sumOfParts } from './sum-program';

/**
 * Gradient of a convolution by its filter: Σ over voxels of input × gradient of the output, for every tap and pair of
 * channels. Each slab of voxels gives a partial sum; these are added up in order.
 */
export function runFilterGradient(
  backend: WebGPUBackend,
  convolution: Convolution,
  tile: FilterTile,
  [input, outputGradient]: readonly [TensorInfo, TensorInfo],
  filterShape: readonly number[],
): TensorInfo {
  const { inputChannels, outputChannels, outputSize, inputSize, kernelSize, batch } = convolution;
  const numbers = kernelSize[0] * kernelSize[1] * kernelSize[2] * inputChannels * outputChannels;
  const parts = tile.slabs * tile.strands;
  const sums = runProgram(
    backend,
    filterGradientProgram(convolution, tile),
    [input, outputGradient],
    parts === 1 ? filterShape : [parts, numbers],
    [
      tile.slabs,
      Math.ceil(inputChannels / (4 * tile.inputQuads)),
      Math.ceil(outputChannels / (4 * tile.outputQuads)),
    ],
    {
      inputSize: [...inputSize, inputChannels],
      outputSize: [...outputSize, outputChannels],
      boxes: [
        ...outputSize.map((length, axis) => Math.ceil(length / (tile.size[axis] as number))),
        batch,
      ],
      padding: [...convolution.padding, tile.boxesPerSlab],
    },
  );
  if (parts === 1) return sums;
  const gradient = sumOfParts(backend, sums, parts, filterShape);
  backend.disposeData(sums.dataId);
  return gradient;
}

/**
 * The shader. A workgroup goes through the boxes of its slab: it brings the gradient of a box and the input that meets
 * it into its own memory. An invocation has one row of taps along x, up to four input and four output channels: for
 * every voxel it reads one value of the gradient and (with stride 1) one of the input, and adds all products of them.
 */
export function filterGradientProgram(convolution: Convolution, tile: FilterTile): KernelProgram {
  const { inputChannels, outputChannels, stride, kernelSize } = convolution;
  const { size, patch, outputQuads, inputQuads, strands, lanes } = tile;
  const inputVectors = inputChannels % 4 === 0;
  const outputVectors = outputChannels % 4 === 0;
  const widths = Math.min(4, outputChannels);
  const [inputType, outputType] = [vectorType(lanes), vectorType(widths)];
  const rows = kernelSize[1] * kernelSize[2];
  const invocations = rows * outputQuads * inputQuads * strands;
  const patchVoxels = patch[0] * patch[1] * patch[2];
  const boxVoxels = size[0] * size[1] * size[2];
  const tapsX = range(kernelSize[0]);
  const slides = stride[0] === 1;

  const code = `
var<workgroup> inputValues: array<${inputType}, ${patchVoxels * inputQuads}>;
var<workgroup> gradientValues: array<${outputType}, ${boxVoxels * outputQuads}>;

fn inputAt(batch: i32, voxel: vec3<i32>, chunk: i32) -> ${inputType} {
  let size = uniforms.inputSize;
  if (any(voxel < vec3<i32>(0)) || any(voxel >= size.xyz) || chunk * 4 >= size.w) { return ${inputType}(); }
  let row = ((batch * size.z + voxel.z) * size.y + voxel.y) * size.x + voxel.x;
  ${inputVectors ? 'return inputs[row * (size.w / 4) + chunk];' : lanesCode('inputs', 'row', 'chunk', 'size.w', lanes)}
}

fn gradientAt(batch: i32, voxel: vec3<i32>, chunk: i32) -> ${outputType} {
  let size = uniforms.outputSize;
  if (any(voxel >= size.xyz) || chunk * 4 >= size.w) { return ${outputType}(); }
  let row = ((batch * size.z + voxel.z) * size.y + voxel.y) * size.x + voxel.x;
  ${outputVectors ? 'return gradients[row * (size.w / 4) + chunk];' : lanesCode('gradients', 'row', 'chunk', 'size.w', widths)}
}

fn writeSum(part: i32, tap: i32, channel: i32, quad: i32, sum: ${outputType}) {
  let inputChannels = uniforms.inputSize.w;
  let outputChannels = uniforms.outputSize.w;
  if (channel >= inputChannels || quad * 4 >= outputChannels) { return; }
  let row = (part * ${rows * kernelSize[0]} + tap) * inputChannels + channel;
  ${
    outputVectors
      ? 'result[row * (outputChannels / 4) + quad] = sum;'
      : range(widths)
          .map((i) => {
            const value = widths === 1 ? 'sum' : `sum[${i}]`;
            return `if (quad * 4 + ${i} < outputChannels) { result[row * outputChannels + quad * 4 + ${i}] = ${value}; }`;
          })
          .join('\n  ')
  }
}

fn main() {
  let local = i32(localIndex);
  let quad = local % ${outputQuads};
  let row = (local / ${outputQuads}) % ${rows};
  let chunk = (local / ${outputQuads * rows}) % ${inputQuads};
  let strand = local / ${outputQuads * rows * inputQuads};
  let tapY = row % ${kernelSize[1]};
  let tapZ = row / ${kernelSize[1]};
  let slab = i32(workgroupId.x);
  let firstChunk = i32(workgroupId.y) * ${inputQuads};
  let firstQuad = i32(workgroupId.z) * ${outputQuads};
  let boxes = uniforms.boxes;
  ${tapsX
    .map((x) =>
      range(lanes)
        .map((lane) => `var sum${x}_${lane} = ${outputType}();`)
        .join(' '),
    )
    .join('\n  ')}
  for (var turn = 0; turn < uniforms.padding.w; turn += 1) {
    var box = slab * uniforms.padding.w + turn;
    let boxX = box % boxes.x;
    box = box / boxes.x;
    let boxY = box % boxes.y;
    box = box / boxes.y;
    let boxZ = box % boxes.z;
    let batch = box / boxes.z;
    let corner = vec3<i32>(boxX, boxY, boxZ) * vec3<i32>(${size.join(', ')});
    let first = corner * vec3<i32>(${stride.join(', ')}) - uniforms.padding.xyz;
    // The last slab may have fewer boxes: zeros stand for those that are missing.
    let isThere = batch < boxes.w;
    workgroupBarrier();
    for (var i = local; i < ${patchVoxels * inputQuads}; i += ${invocations}) {
      let voxel = i % ${patchVoxels};
      let place = vec3<i32>(voxel % ${patch[0]}, (voxel / ${patch[0]}) % ${patch[1]}, voxel / ${patch[0] * patch[1]});
      if (isThere) { inputValues[i] = inputAt(batch, first + place, firstChunk + i / ${patchVoxels}); }
      else { inputValues[i] = ${inputType}(); }
    }
    for (var i = local; i < ${boxVoxels * outputQuads}; i += ${invocations}) {
      let voxel = i / ${outputQuads};
      let place = vec3<i32>(voxel % ${size[0]}, (voxel / ${size[0]}) % ${size[1]}, voxel / ${size[0] * size[1]});
      if (isThere) { gradientValues[i] = gradientAt(batch, corner + place, firstQuad + i % ${outputQuads}); }
      else { gradientValues[i] = ${outputType}(); }
    }
    workgroupBarrier();
    for (var line = strand; line < ${size[1] * size[2]}; line += ${strands}) {
      let y = line % ${size[1]};
      let z = line / ${size[1]};
      let start = chunk * ${patchVoxels} +
        ((z * ${stride[2]} + tapZ) * ${patch[1]} + y * ${stride[1]} + tapY) * ${patch[0]};
      let gradientStart = line * ${size[0] * outputQuads} + quad;
      ${
        slides
          ? tapsX
              .slice(0, -1)
              .map((x) => `var v${x} = inputValues[start + ${x}];`)
              .join(' ')
          : ''
      }
      for (var x = 0; x < ${size[0]}; x += 1) {
        let g = gradientValues[gradientStart + x * ${outputQuads}];
        ${(slides ? tapsX.slice(-1) : tapsX).map((x) => `let v${x} = inputValues[start + x * ${stride[0]} + ${x}];`).join(' ')}
        ${tapsX
          .flatMap((x) =>
            range(lanes).map(
              (lane) => `sum${x}_${lane} += v${x}${lanes === 1 ? '' : `.${'xyzw'[lane]}`} * g;`,
            ),
          )
          .join(' ')}
        ${
          slides
            ? tapsX
                .slice(0, -1)
                .map((x) => `v${x} = v${x + 1};`)
                .join(' ')
            : ''
        }
      }
    }
  }
  let part = slab * ${strands} + strand;
  var sums = array<${outputType}, ${kernelSize[0] * lanes}>(${tapsX
    .flatMap((x) => range(lanes).map((lane) => `sum${x}_${lane}`))
    .join(', ')});
  for (var i = 0; i < ${kernelSize[0] * lanes}; i += 1) {
    let channel = (firstChunk + chunk) * 4 + i % ${lanes};
    writeSum(part, row * ${kernelSize[0]} + i / ${lanes}, channel, firstQuad + quad, sums[i]);
  }
}
`;
  return {
    name: [
      'weftFilterGradient',
      ...size,
      ...stride,
      ...kernelSize,
      outputQuads,
      inputQuads,
      strands,
      lanes,
      widths,
      inputVectors,
      outputVectors,
    ].join('_'),
    code,
    invocations,
    reads: [
      ['inputs', inputVectors ? 4 : 1],
      ['gradients', outputVectors ? 4 : 1],
    ],
    writes: outputVectors ? 4 : 1,
    uniforms: ['inputSize', 'outputSize', 'boxes', 'padding'],
  };
}
