import type { Grid } from '../../imaging/grid';
import { GraphBuilder } from '../compile/graph-builder';
import { planProgram } from '../compile/phases';
import type { Device } from '../devices';
import { fieldType, scalarsType, type ValueId } from '../ir/values';

/** What a small program is made of: the graph, and inputs with their numbers. */
export interface ProgramParts {
  readonly graph: GraphBuilder;
  /** A field of a plane a channel. */
  field(grid: Grid, planes: readonly Float32Array[]): ValueId;
  scalars(numbers: readonly number[]): ValueId;
}

/**
 * Runs a program of ops once, to its end, on a device.
 * @param build gives the fields that are asked for
 * @returns their planes, in their order
 * @throws DeviceFailure
 */
export async function runProgram(
  device: Device,
  build: (parts: ProgramParts) => readonly ValueId[],
): Promise<readonly (readonly Float32Array[])[]> {
  const graph = new GraphBuilder();
  graph.origin = 'network';
  const given: { readonly value: ValueId; readonly planes: readonly Float32Array[] }[] = [];
  const add = (value: ValueId, planes: readonly Float32Array[]): ValueId => {
    given.push({ value, planes });
    return value;
  };
  const wanted = build({
    graph,
    field: (grid, planes) =>
      add(graph.input(`field ${given.length}`, fieldType(grid, planes.length)), planes),
    scalars: (numbers) =>
      add(graph.input(`scalars ${given.length}`, scalarsType(numbers.length)), [
        Float32Array.from(numbers),
      ]),
  });
  const { graph: program, plan } = planProgram(graph.finish([...wanted]));
  const execution = await device.prepare(plan);
  try {
    for (const { value, planes } of given) {
      for (const [index, buffer] of (plan.buffersOfValue.get(value) ?? []).entries()) {
        const plane = planes[index];
        if (plane) execution.write(buffer, plane);
      }
    }
    await execution.run({
      observer: {},
      signal: new AbortController().signal,
      previewEveryMs: 0,
    });
    return await Promise.all(
      program.results.map((value) =>
        Promise.all(
          (plan.buffersOfValue.get(value) ?? []).map(
            async (buffer) => (await execution.read(buffer)) as Float32Array,
          ),
        ),
      ),
    );
  } finally {
    execution.destroy();
  }
}
