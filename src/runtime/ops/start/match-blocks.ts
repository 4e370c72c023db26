import { scalarsType } from '../../ir/values';
import { Scratch } from '../../simd/scratch';
import { defineKernel } from '../define-kernel';
import { defineOp } from '../define-op';
import { asField } from '../grid-attributes';
import { fitCode } from './landmark-fit.cpu';
import { matchMeasures, matchBlocks as matchOnCpu, surroundingsSize } from './match-blocks.cpu';

export type MatchBlocksAttributes = {
  readonly freedom: keyof typeof fitCode;
  /** Most rounds of matching and fitting. */
  readonly iterations: number;
  /** Share of the blocks that are looked for, those that vary most. */
  readonly blockShare: number;
  /** Share of the matches that the map is fitted to. */
  readonly inlierShare: number;
};

const kernel = defineKernel({
  name: 'match-blocks',
  bindings: {
    fixed: 'read',
    moving: 'read',
    initial: 'read',
    room: 'write',
    affine: 'write',
    report: 'write',
    verdict: 'write',
  },
  parameters: {
    nx: 'i32',
    ny: 'i32',
    nz: 'i32',
    fixedWorldFromVoxel: 'matrix3x4',
    movingNx: 'i32',
    movingNy: 'i32',
    movingNz: 'i32',
    movingWorldFromVoxel: 'matrix3x4',
    freedom: 'i32',
    iterations: 'i32',
    blockShare: 'f32',
    inlierShare: 'f32',
  },
  sharedAmongThreads: false,
  cpu({ fixed, moving, initial, ...out }, p, _, simd) {
    matchOnCpu(
      {
        fixed: { values: fixed, size: p, worldFromVoxel: p.fixedWorldFromVoxel },
        moving: {
          values: moving,
          size: { nx: p.movingNx, ny: p.movingNy, nz: p.movingNz },
          worldFromVoxel: p.movingWorldFromVoxel,
        },
        initial,
      },
      out,
      p,
      new Scratch(simd),
    );
  },
  gpu: 'host',
  cost: (p) => {
    const voxels = p.nx * p.ny * p.nz;
    // Each voxel of a block meets 7³ others, three products each.
    const perVoxel = 60 + p.blockShare * 343 * 6;
    return { bytes: 12 * voxels * p.iterations, operations: perVoxel * voxels * p.iterations };
  },
});

export const matchBlocks = defineOp<MatchBlocksAttributes>()({
  name: 'matchBlocks',
  doc:
    'The affine (12 numbers) that block matching finds from an initial one: blocks of 4 × 4 × 4 voxels of the fixed image, the share that ' +
    'varies most, are looked for up to 3 voxels away in the moving image as the map brings it there, by the size of their correlation; ' +
    'a map of its kind is fitted to the middles by least trimmed squares; again, until nothing moves. Reported: blocks, how many ' +
    'were matched, mean correlation and root mean square distance (mm) of those that the map was fitted to. The verdict is 0, 0 where there ' +
    'were too few matches and the map stayed as it was, else 0, 1.',
  inputs: { fixed: 'field', moving: 'field', initial: 'scalars' },
  outputs: ['affine', 'report', 'verdict'],
  infer({ fixed, moving }) {
    asField(fixed, 1);
    asField(moving, 1);
    return {
      affine: scalarsType(12),
      report: scalarsType(matchMeasures.length),
      verdict: scalarsType(2),
    };
  },
  adjoint: 'not-differentiable',
  kernels: [kernel],
  emit(emitter, { inputs: i, outputs: o, inputTypes, attributes }) {
    const fixed = asField(inputTypes.fixed).grid;
    const moving = asField(inputTypes.moving).grid;
    const [nx, ny, nz] = fixed.sizeVoxels;
    const [movingNx, movingNy, movingNz] = moving.sizeVoxels;
    const [px, py, pz] = surroundingsSize([nx, ny, nz]);
    emitter.call(
      kernel,
      {
        fixed: i.fixed,
        moving: i.moving,
        initial: i.initial,
        room: emitter.scratch(px * py * pz),
        affine: o.affine,
        report: o.report,
        verdict: o.verdict,
      },
      {
        nx,
        ny,
        nz,
        fixedWorldFromVoxel: [...fixed.worldFromVoxel],
        movingNx,
        movingNy,
        movingNz,
        movingWorldFromVoxel: [...moving.worldFromVoxel],
        freedom: fitCode[attributes.freedom],
        iterations: attributes.iterations,
        blockShare: attributes.blockShare,
        inlierShare: attributes.inlierShare,
      },
    );
  },
});
