import { describe, expect, it } from 'vitest';
import type { Diagnostic } from '../../../../src/runtime/api/engine/diagnostics';
import { messages } from '../../../../src/runtime/api/engine/messages';

const mebibyte = 2 ** 20;
const largest = [{ label: 'register/sample.value[0]', bytes: 2.25 * mebibyte }];
const problem = {
  port: 'initial',
  message: 'The fixed and the moving image do not overlap in the world.',
  remedy:
    'Wire Start to "initial", or Centres of mass or Moments alone: each brings the images together.',
};

/** One example of every message. */
const examples: { readonly [Name in keyof typeof messages]: readonly Diagnostic[] } = {
  document: [messages.document('nodes.lncc', 'Line 3: expected a comma.', 'Mend line 3.')],
  unknownNode: [messages.unknownNode('lncc', 'similarity.guess')],
  nodeVersion: [messages.nodeVersion('lncc', 'Local correlation', 3, 1)],
  unknownPort: [
    messages.unknownPort('lncc', 'Local correlation', 'loss', 'output', ['objective']),
    messages.unknownPort('lncc', 'Local correlation', 'image', 'input', []),
  ],
  typeMismatch: [
    messages.typeMismatch(
      { end: 'fixed.image', type: 'image' },
      { nodeId: 'dice', port: 'fixed', title: 'Measure Dice', type: 'labels' },
    ),
  ],
  missingInput: [
    messages.missingInput('register', 'Register', 'optimizer', 'optimizer'),
    messages.missingInput('register', 'Register', 'model', 'model'),
  ],
  tooManyWires: [messages.tooManyWires('register', 'Register', 'model', 2)],
  cycle: [messages.cycle(['start', 'register'])],
  parameter: [
    messages.parameter('lncc', 'Local correlation', 'radiusVoxels', 'Too small: 0, at least 1.'),
  ],
  inputMissing: [messages.inputMissing('fixed', 'Load image')],
  inputProblem: [messages.inputProblem('fixed', 'The file ends early.', 'Fetch it again.')],
  leftOut: [messages.leftOut(['fixed-labels', 'warp-labels', 'dice'])],
  inputWarning: [messages.inputWarning('fixed', 'No orientation is stated.', 'Check it.')],
  wrongDigest: [messages.wrongDigest('fixed', 'https://example.org/t1.nii.gz')],
  otherFile: [messages.otherFile('fixed', 't1.nii.gz')],
  notBundled: [messages.notBundled('weights', 'voxelmorph-9d')],
  constantImage: [messages.constantImage('fixed', [0], 1), messages.constantImage('fixed', [1], 3)],
  doubt: [
    messages.doubt('affine', {
      about: 'turn',
      port: 'moving',
      message: 'The moving image is turned by 90° against what the headers say.',
      remedy: 'Look at the checkerboard.',
    }),
  ],
  recipe: [messages.recipe('register', problem)],
  notDifferentiable: [messages.notDifferentiable('shown', 'checkerboard')],
  outOfMemory: [
    messages.outOfMemory(300.5 * mebibyte, 128 * mebibyte, largest, 'register', ['cpu']),
    messages.outOfMemory(300.5 * mebibyte, undefined, largest, undefined, []),
  ],
  muchMemory: [messages.muchMemory(9000 * mebibyte, 4096 * mebibyte, largest, 'register', ['cpu'])],
  device: [messages.device('register', 'it was lost.'), messages.device(undefined, 'it was lost.')],
  deviceMissing: [messages.deviceMissing('This browser or machine offers no WebGPU.')],
  notTurned: [messages.notTurned({ nodeId: 'lncc', parameter: 'weight' }, 'the run is over')],
  nonFinite: [messages.nonFinite('register', 'level 1 of 3', 11)],
  nonFiniteResult: [
    messages.nonFiniteResult('register', 'warped', 1),
    messages.nonFiniteResult('register', 'transform', 19_200),
  ],
  notAllKept: [
    messages.notAllKept(9000 * mebibyte, 4096 * mebibyte, 'register'),
    messages.notAllKept(9000 * mebibyte, 4096 * mebibyte, undefined),
  ],
  internal: [messages.internal('register', 'Value %3 is not defined.')],
};

const all = Object.values(examples).flat();

describe('messages', () => {
  it('have examples, all of them', () => {
    expect(Object.keys(examples).sort()).toEqual(Object.keys(messages).sort());
  });

  it('are worded as on the record', () => {
    const text = all.map(
      ({ severity, code, at, message, remedy }) =>
        `${severity} ${code} ${JSON.stringify(at)}\n  ${message}\n  ${remedy}`,
    );
    expect(`\n${text.join('\n\n')}\n`).toMatchSnapshot();
  });

  it.each(all.map((one) => [one.code, one] as const))('%s are whole sentences', (_, one) => {
    for (const sentence of [one.message, one.remedy]) {
      expect(sentence).toMatch(/^["A-Z0-9]/);
      expect(sentence).toMatch(/\.$/);
      expect(sentence).not.toMatch(/undefined|NaN|\[object|invalid/i);
    }
  });
});
