import type { Execution, LoopOutcome, RunObserver } from '../../src/runtime/devices';
import type { StopRule } from '../../src/runtime/ir/op-graph';
import { obliqueGrid, randomField, scalars } from './case-values';
import { type SmallProgram, smallProgram } from './run-op';

/** What the descent starts from and runs to. */
export const descentInputs = {
  image: randomField(obliqueGrid, 1, 5),
  target: randomField(obliqueGrid, 1, 6),
  x: scalars(4),
};

/** Fraction of the way that an iteration of the descent goes, unless the dial `step` is turned. */
export const descentRate = 0.1;

/** A loop that ends only at its limit. */
export const endless = (maxIterations: number): StopRule => ({
  maxIterations,
  when: [],
});

/**
 * Gradient descent on ½(image − target)² and on ½x², with one dial for the step. The loss, x² + 1,
 * levels off, so that its relative slope reaches any threshold; the dial is recorded beside it. After the loop, `twice` is 2x.
 */
export function descent(stop: StopRule): SmallProgram {
  return smallProgram(descentInputs, (graph, { image, target, x }) => {
    const b = graph.builder;
    const step = b.dial('step', descentRate);
    const [finalImage, finalX] = b.loop({
      label: 'descent',
      carried: [image!, x!],
      stop,
      body([imageNow, xNow]) {
        const difference = b.add({ a: target!, b: b.scale({ value: imageNow! }, { factor: -1 }) });
        const squared = b.multiply({ a: xNow!, b: xNow! });
        return {
          next: [
            b.add({ a: imageNow!, b: b.scale({ value: difference, by: step }, { factor: 1 }) }),
            b.add({ a: xNow!, b: b.scale({ value: xNow!, by: step }, { factor: -1 }) }),
          ],
          losses: [
            { name: 'total', value: b.add({ a: squared, b: b.constant([1]) }) },
            { name: 'step', value: b.scale({ value: b.constant([1]), by: step }, { factor: 1 }) },
          ],
          preview: imageNow!,
        };
      },
    });
    graph.origin = 'after';
    return { image: finalImage, x: finalX, twice: b.scale({ value: finalX! }, { factor: 2 }) };
  });
}

/** Sets the inputs of a descent. */
export function writeDescentInputs(execution: Execution, program: SmallProgram): void {
  for (const [name, { planes }] of Object.entries(descentInputs)) {
    planes.forEach((plane, index) => {
      execution.write(program.inputs[name]![index]!, Float32Array.from(plane));
    });
  }
}

/** Collects what a run tells. */
export function recordRun(): {
  readonly rows: (readonly number[])[];
  readonly outcomes: LoopOutcome[];
  readonly steps: string[];
  readonly observer: RunObserver;
} {
  const rows: (readonly number[])[] = [];
  const outcomes: LoopOutcome[] = [];
  const steps: string[] = [];
  return {
    rows,
    outcomes,
    steps,
    observer: {
      stepStarted: (step) => void steps.push(`start ${step}`),
      stepFinished(step, seconds, outcome) {
        if (!(seconds >= 0)) throw new RangeError('A step took less than no time.');
        steps.push(`finish ${step}`);
        if (outcome) outcomes.push(outcome);
      },
      losses(_step, firstIteration, newRows) {
        if (firstIteration !== rows.length) throw new RangeError('Losses have a gap.');
        rows.push(...newRows);
      },
    },
  };
}
