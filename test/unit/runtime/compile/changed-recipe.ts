import { axisAlignedGrid } from '../../../../src/imaging/grid';
import { nodeRegistry } from '../../../../src/nodes/index';
import type { Diagnostic } from '../../../../src/runtime/api/engine/diagnostics';
import type { InputDescriptor } from '../../../../src/runtime/api/engine/inputs';
import { type CompileOptions, compile } from '../../../../src/runtime/compile/compile';
import { parse } from '../../../../src/runtime/compile/parse';
import { validate } from '../../../../src/runtime/compile/validate';
import { imageShape } from '../../../support/input-shapes';
import { greedyRecipe, smallGrid } from '../../../support/worked-example';

/** Of the size of `smallGrid`, and half a metre from it. */
export const farAway = axisAlignedGrid([16, 12, 10], [2, 2.5, 3], [500, 500, 500]);
/** What a loader of an image is told of its file. */
export const image = (grid = smallGrid): InputDescriptor => imageShape(grid);
/** The two images of the worked example. */
export const images = (moving = smallGrid) =>
  new Map([
    ['fixed', image()],
    ['moving', image(moving)],
  ]);

/** A recipe as its file holds it, as far as these tests look. */
export type Recipe = {
  nodes: Record<string, object>;
  edges: readonly { from: string; to: string }[];
};

/**
 * A recipe, parsed and validated.
 * @throws Error where it is refused
 */
export function checkedGraph(recipe: object, registry = nodeRegistry) {
  const { document } = parse(JSON.stringify(recipe), registry);
  const { graph, diagnostics } = validate(document!, registry);
  if (!graph) throw new Error(JSON.stringify(diagnostics));
  return graph;
}

/** The worked example with other nodes, and without the wires that end at `unwired`. */
export function changed(nodes: Record<string, object>, unwired?: string): Recipe {
  return {
    ...greedyRecipe,
    nodes: { ...greedyRecipe.nodes, ...nodes },
    edges: greedyRecipe.edges.filter(({ to }) => to !== unwired),
  };
}

/** What compiling a recipe finds, every phase verified. */
export function diagnosticsOf(recipe: object, options: CompileOptions): readonly Diagnostic[] {
  return compile(checkedGraph(recipe), { verify: true, ...options }).diagnostics;
}
