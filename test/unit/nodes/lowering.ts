import { axisAlignedGrid, type Grid } from '../../../src/imaging/grid';
import { labelIdsOf } from '../../../src/imaging/label-ids';
import type { DataValue } from '../../../src/runtime/api/data-kinds/index';
import type { InputDescriptor } from '../../../src/runtime/api/engine/inputs';
import type { LoweringContext, NodeDefinition } from '../../../src/runtime/api/nodes/define-node';
import type { LoweringProblem } from '../../../src/runtime/api/nodes/lowering-problem';
import type {
  ImageValue,
  LabelsValue,
  TransformValue,
} from '../../../src/runtime/api/nodes/port-values';
import { mapDataValues } from '../../../src/runtime/compile/data-values';
import type { GraphBuilder } from '../../../src/runtime/compile/graph-builder';
import { partKey } from '../../../src/runtime/compile/lower';
import type { Op } from '../../../src/runtime/ir/op-graph';
import { fieldType, scalarsType, type ValueType } from '../../../src/runtime/ir/values';

/** Thrown by the contexts of these tests where a node refuses. */
export class Refused extends Error {
  readonly problem: LoweringProblem;

  constructor(problem: LoweringProblem) {
    super(problem.message);
    this.problem = problem;
  }
}

/** What a node is given beside its inputs and parameters. */
export function contextOf(
  graph: GraphBuilder,
  nodeId: string,
  source?: InputDescriptor,
): LoweringContext {
  return {
    nodeId,
    source,
    input: () =>
      mapDataValues(source as DataValue, (_, part, type) =>
        graph.input(partKey(nodeId, (source as DataValue).kind, part), type as ValueType),
      ) as never,
    refuse(problem) {
      throw new Refused(problem);
    },
  };
}

/** Lowers one node on its own, its parameters completed by their defaults. */
export function lowerNode(
  graph: GraphBuilder,
  definition: NodeDefinition,
  inputs: Readonly<Record<string, unknown>>,
  params: Readonly<Record<string, unknown>> = {},
  nodeId = 'node',
): Readonly<Record<string, unknown>> {
  graph.origin = nodeId;
  return definition.lower(
    graph.builder,
    inputs as never,
    definition.params.parse(params),
    contextOf(graph, nodeId),
  ) as Readonly<Record<string, unknown>>;
}

/** The problem with which a node refuses. */
export function refusalOf(lower: () => unknown): LoweringProblem {
  try {
    lower();
  } catch (error) {
    if (error instanceof Refused) return error.problem;
    throw error;
  }
  throw new Error('The node did not refuse.');
}

export const volumeGrid: Grid = axisAlignedGrid([40, 36, 20], [2, 2, 3], [-40, -36, -30]);
export const sliceGrid: Grid = axisAlignedGrid([48, 40, 1], [1, 1.5, 4], [-24, -30, 0]);

export function imageOn(graph: GraphBuilder, grid: Grid, key: string, channels = 1): ImageValue {
  return { kind: 'image', grid, channels, image: graph.input(key, fieldType(grid, channels)) };
}

export function labelsOn(
  graph: GraphBuilder,
  grid: Grid,
  key: string,
  present: readonly number[],
): LabelsValue {
  const ids = labelIdsOf(present.map(BigInt));
  return { kind: 'labels', grid, ids, labels: graph.input(key, fieldType(grid, 1, 'u32')) };
}

export function transformOn(graph: GraphBuilder, grid: Grid, bends: boolean): TransformValue {
  const affine = graph.input('initial.affine', scalarsType(12));
  if (!bends) return { kind: 'transform', grid, affine };
  const displacement = graph.input('initial.displacement', fieldType(grid, 3));
  const inverseDisplacement = graph.input('initial.inverse', fieldType(grid, 3));
  return { kind: 'transform', grid, affine, displacement, inverseDisplacement };
}

/** Names of the ops in order of application, those of loop bodies included. */
export function opNames(ops: readonly Op[]): readonly string[] {
  return ops.flatMap((op) => [op.op, ...opNames(op.region?.ops ?? [])]);
}
