import type { Builder } from '../../runtime/api/builder';
import type { Variables } from '../../runtime/api/port-values';

/** Adds to each variable its step. */
export function addSteps(b: Builder, variables: Variables, steps: Variables): Variables {
  return variables.map((variable, index) => {
    const step = steps[index];
    return step === undefined ? variable : b.add({ a: variable, b: step });
  });
}
