import type { OpDefinition } from './define-op';
import { sample } from './sample/sample';

/** Every op, by name. The builder's methods, the tests and the devices iterate this list. */
export const opDefinitions = {
  sample,
} as const;

export type OpRegistry = ReadonlyMap<string, OpDefinition>;

/** The op list with its specific types erased, for the passes. */
export const opRegistry: OpRegistry = new Map(
  Object.entries(opDefinitions).map(([name, definition]) => [
    name,
    definition as unknown as OpDefinition,
  ]),
);
