import { numberParameter } from '../../runtime/api/nodes/parameters';

/** The factor of an objective in the sum; every objective has it, and `lower` makes it a dial. */
export function weightParameter(initial = 1) {
  return numberParameter({
    title: 'Weight',
    help: 'Factor on this term of the sum; may be turned while the recipe runs.',
    default: initial,
    min: 0,
    max: 1000,
    turnable: true,
  });
}
