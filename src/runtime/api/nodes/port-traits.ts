import type { PortTraits } from '../data-kinds/define-data-kind';
import { dataKinds, isDataPortType } from '../data-kinds/index';
import type { PartValues, PortType } from './port-values';

/** Of parts of a recipe; data kinds bring their own. */
const partTraits: { readonly [Type in keyof PartValues]: PortTraits } = {
  model: {},
  objective: { namesItsLoss: true },
  optimizer: {},
  schedule: {},
};

/** What is to be known of a port type. */
export function portTraits(type: PortType): PortTraits {
  return isDataPortType(type) ? dataKinds[type].traits : partTraits[type];
}
