import { type BufferId, type KernelGraph, type Work, wholeOf } from '../ir/kernel-graph';
import { type Op, type OpGraph, repeatOpName } from '../ir/op-graph';
import type { Plan } from '../ir/plan';
import { isRepeat } from '../ir/repeats';
import type { ValueType } from '../ir/values';
import type { CheckedGraph } from './checked-graph';

/** A checked graph as stable text: one node a line, with what is wired to each input. */
export function formatCheckedGraph(graph: CheckedGraph): string {
  const lines = graph.nodes.map(({ id, definition, params, inputs }) => {
    const wires = Object.entries(inputs).flatMap(([port, sources]) =>
      sources.map((source) => `${port}=${source.nodeId}.${source.port}`),
    );
    return `${id}: ${definition.type}(${wires.join(', ')}) ${JSON.stringify(params)}`;
  });
  return `${lines.join('\n')}\n`;
}

/** An op graph as stable text: one op a line, loops indented. */
export function formatOpGraph(graph: OpGraph): string {
  const lines: string[] = [];
  for (const { value, key } of graph.inputs) {
    lines.push(`%${value} = input ${key}: ${formatType(graph.types[value])}`);
  }
  for (const { value, nodeId, parameter, initial } of graph.dials) {
    lines.push(`%${value} = dial ${nodeId}.${parameter} (${initial})`);
  }
  for (const { value, numbers } of graph.constants) {
    lines.push(`%${value} = constant [${numbers.map(formatNumber).join(', ')}]`);
  }
  const visit = (ops: readonly Op[], indent: string): void => {
    for (const op of ops) {
      const outputs = Object.values(op.outputs).map((value) => `%${value}`);
      const inputs = Object.entries(op.inputs).map(([name, value]) => `${name}=%${value}`);
      const attributes = Object.entries(op.attributes).map(
        ([name, value]) => `${name}=${formatAttribute(value)}`,
      );
      const types = Object.values(op.outputs).map((value) => formatType(graph.types[value]));
      lines.push(
        `${indent}${outputs.join(', ')} = ${op.op}(${[...inputs, ...attributes].join(', ')})` +
          `: ${types.join(', ')}  <- ${op.origin}`,
      );
      if (!op.region) continue;
      const { region } = op;
      const isCounted = op.op === repeatOpName;
      const often = `${isCounted ? 'exactly' : 'at most'} ${region.stop.maxIterations}`;
      lines.push(
        `${indent}  ${op.op} "${region.label}" carries ${region.carried.map((v) => `%${v}`).join(', ')}` +
          `, iteration %${region.iteration}, ${often}`,
      );
      visit(region.ops, `${indent}    `);
      const losses = region.losses.map((loss) => `${loss.name}=%${loss.value}`).join(', ');
      lines.push(
        `${indent}  next ${region.next.map((v) => `%${v}`).join(', ')}` +
          (isCounted ? '' : `; losses ${losses}`),
      );
    }
  };
  visit(graph.ops, '');
  lines.push(`results ${graph.results.map((value) => `%${value}`).join(', ')}`);
  return `${lines.join('\n')}\n`;
}

/**
 * Steps and passes as stable text; with slots where the graph is a plan. `b7+128` is the plane that begins at
 * element 128 of a buffer of several.
 */
export function formatKernelGraph(graph: KernelGraph | Plan): string {
  const slotOf = 'slotOfBuffer' in graph ? graph.slotOfBuffer : undefined;
  const lines: string[] = [];
  const buffer = (id: BufferId | null): string => {
    if (id === null) return '-';
    const { first } = graph.buffers[id]?.within ?? {};
    const plane = first === undefined ? '' : `+${first}`;
    const slot = slotOf ? `@s${slotOf[id]}` : '';
    return `b${wholeOf(graph.buffers, id)}${plane}${slot}`;
  };
  const visit = (works: readonly Work[], indent: string): void => {
    for (const work of works) {
      if (isRepeat(work)) {
        lines.push(`${indent}repeat "${work.label}", ${work.count} times`);
        visit(work.passes, `${indent}  `);
        continue;
      }
      const parameters = Object.entries(work.parameters)
        .filter(([, value]) => typeof value === 'number')
        .map(([name, value]) => `${name}=${formatNumber(value as number)}`);
      const call = `${indent}${work.kernel}(${work.buffers.map(buffer).join(' ')})`;
      lines.push([call, ...parameters].join(' '));
    }
  };
  graph.steps.forEach((step, index) => {
    const head =
      step.kind === 'loop' ? `loop "${step.label}", at most ${step.stop.maxIterations}` : 'program';
    lines.push(`step ${index} ${step.origin}: ${head}`);
    visit(step.passes, '  ');
  });
  if ('slots' in graph) {
    lines.push(`${graph.slots.length} slots, ${graph.peakBytes} bytes`);
  }
  return `${lines.join('\n')}\n`;
}

function formatType(type: ValueType | undefined): string {
  if (!type) return '?';
  if (type.kind === 'scalars') return `scalars(${type.length})`;
  if (type.kind === 'points') return `points(${type.count} ×${type.channels})`;
  const channels = type.channels > 1 ? ` ×${type.channels}` : '';
  const element = type.element === 'f32' ? '' : ` ${type.element}`;
  return `field(${type.grid.sizeVoxels.join('×')}${channels}${element})`;
}

function formatAttribute(value: Op['attributes'][string]): string {
  if (typeof value === 'object' && value.some((item) => typeof item !== 'number')) {
    return JSON.stringify(value);
  }
  return typeof value === 'object'
    ? `[${(value as readonly number[]).map(formatNumber).join(' ')}]`
    : String(value);
}

function formatNumber(value: number): string {
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(7)));
}
