import { InternalError } from '../internal-error';
import type { BufferId } from '../ir/kernel-graph';
import type { Op } from '../ir/op-graph';
import type { ValueId } from '../ir/values';
import type { OpRegistry } from '../ops/index';
import type { BufferTable } from './buffer-table';
import type { PassList } from './pass-list';

/**
 * Appends the passes of one op. What it computes in place takes the buffers of what it updates,
 * copied first where that is still needed.
 * @param isNeededLater whether a value is read after this op: it must then not be overwritten
 * @throws InternalError where there is no such op
 */
export function emitOp(
  op: Op,
  registry: OpRegistry,
  table: BufferTable,
  list: PassList,
  isNeededLater: (value: ValueId) => boolean,
): void {
  const definition = registry.get(op.op);
  if (!definition) throw new InternalError(`There is no op "${op.op}" to schedule.`);
  const inputs: Record<string, readonly BufferId[]> = {};
  for (const [name, value] of Object.entries(op.inputs)) inputs[name] = table.of(value);
  const inPlace = definition.traits?.updatesInPlace ?? {};
  const readTwice = (value: ValueId): boolean =>
    Object.values(op.inputs).filter((other) => other === value).length > 1;
  const mustKeep = (source: ValueId): boolean =>
    isNeededLater(source) || readTwice(source) || table.isForeign(source);
  for (const [output, value] of Object.entries(op.outputs)) {
    const updated = inPlace[output];
    const source = updated === undefined ? undefined : op.inputs[updated];
    if (source === undefined) {
      table.define(value, 'value', `${op.origin}/${op.op}.${output}`);
      continue;
    }
    if (mustKeep(source)) {
      table.define(value, 'value', `${op.origin}/${op.op}.${output}`);
      list.copy(source, value);
    } else {
      table.put(value, table.of(source));
    }
    inputs[updated as string] = table.of(value);
  }
  const outputs = Object.fromEntries(
    Object.entries(op.outputs).map(([name, value]) => [name, table.of(value)]),
  );
  const types = (values: Op['inputs']) =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [name, table.typeOf(value)]));
  definition.emit(
    {
      call: (kernel, buffers, parameters) => list.call(kernel, buffers, parameters, op.origin),
      together: (planes) => table.together(planes),
      scratch: (elements, type = 'f32') =>
        table.add(elements, type, 'scratch', `${op.origin}/${op.op} scratch`),
    },
    {
      inputs,
      outputs,
      inputTypes: types(op.inputs),
      outputTypes: types(op.outputs),
      attributes: op.attributes,
    },
  );
}
