import type { Builder } from '../../runtime/api/nodes/builder';
import type { Variables } from '../../runtime/api/nodes/port-values';

/** Adds to each variable its step. */
export function addSteps(b: Builder, variables: Variables, steps: Variables): Variables {
  return variables.map((variable, index) => {
    const step = steps[index];
    return step === undefined ? variable : b.add({ a: variable, b: step });
  });
}
