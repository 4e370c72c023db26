import { z } from 'zod';
import type { Builder, ValueId } from '../../runtime/api/nodes/builder';
import { defineNode } from '../../runtime/api/nodes/define-node';
import { integerParameter, numberParameter } from '../../runtime/api/nodes/parameters';
import type { Problem, Variables } from '../../runtime/api/nodes/port-values';
import { restarted, spreadOf, unknownDistribution, widened } from '../registration/distribution';

/** Fewest candidates of which a better half can be told. */
const fewestCandidates = 4;

export const cmaEs = defineNode({
  type: 'optimizer.cma-es',
  version: 1,
  title: 'CMA-ES',
  section: 'optimizer',
  synonyms: [
    'covariance matrix adaptation',
    'evolution strategy',
    'evolutionary',
    'global',
    'derivative-free',
    'stochastic search',
    'genetic',
    'random search',
    'CMAEvolutionStrategy',
  ],
  documentation: {
    summary:
      'Draws candidates and learns from the better half where to look: needs no gradient, leaves false minima.',
    details: `In each generation candidates are drawn from a normal distribution of the parameters and compared by their loss. The mean goes towards
the better half; the distribution stretches along the ways that led down and shrinks where nothing is gained (covariance matrix adaptation). It looks
at ranks alone, so that noise and steps in the loss do not matter, and a first spread as wide as the misfit takes it over valleys in which every descent
ends.

**When**: translation, rigid and similarity models whose start is doubtful; mutual information of images of little structure, slices in another
plane, landmarks or labels. Any objective serves, several too, with masks. **When not**: from a good start L-BFGS or Levenberg-Marquardt are there in a tenth of
the evaluations. Models of a field have thousands of parameters and are refused.

**It finds what the objective likes best, and that may be wrong**: free to scale, mutual information of images that share little is best where a few voxels are blown up
over all, which a descent never reaches. Find the rigid map with CMA-ES, then the affine with Adam or L-BFGS, and heed the warning of *Register*.

*First spread* is the standard deviation at the coarsest level: about a third of the misfit that is possible. Parameters are in mm (a turn moves the image's edge by
so much), so one number serves all. Finer levels begin with *later spread* and the shape that was learned. It can be wired after *Start*, which tries several
rigid starts by itself; where that one finds the place, CMA-ES has little to add.

An iteration of the schedule is one generation: as many evaluations as there are candidates, and one more. A rigid model needs some 40 to 100
generations a level from far, an affine twice that: give the coarse levels most of them. A level is done once the spread is below *smallest spread*; it ends up to twenty iterations
later. Where a convergence rule of the schedule ends levels early, set it to 0. What is reported is the best that was seen, the start included, so that no level ends
worse than it began.

The same seed gives the same result, for any number of threads. Another device rounds otherwise, and ranks turn by that: it goes another way to the same place.

Number of candidates, weights (negative ones too) and rates are those of Hansen's tutorial.`,
    formula: String.raw`x_k = m + \sigma\,B D\,z_k,\quad z_k \sim \mathcal{N}(0, I),\qquad
m \leftarrow m + \sigma \sum_{i \le \mu} w_i\,y_{i:\lambda},\qquad
C \leftarrow (1 - c_1 - c_\mu {\textstyle\sum} w_i)\,C + c_1\,p_c p_c^\top + c_\mu \sum_{i\le\lambda} w_i\,y_{i:\lambda}\,y_{i:\lambda}^\top`,
    references: [
      {
        text: 'Hansen: The CMA evolution strategy: a tutorial, 2016',
        doi: '10.48550/arXiv.1604.00772',
      },
      {
        text: 'Hansen, Ostermeier: Completely derandomized self-adaptation in evolution strategies, 2001',
        doi: '10.1162/106365601750190398',
      },
    ],
  },
  params: z.object({
    spreadMm: numberParameter({
      title: 'First spread',
      help: 'Standard deviation of the first candidates of the coarsest level: more finds what is farther, and takes longer.',
      unit: 'mm',
      default: 3,
      min: 0.001,
      max: 1000,
    }),
    laterVoxels: numberParameter({
      title: 'Later spread',
      help: 'Standard deviation at the beginning of each finer level; more corrects more of what the coarser one found.',
      unit: 'voxels',
      default: 1,
      min: 0.01,
      max: 100,
    }),
    population: integerParameter({
      title: 'Candidates',
      help: 'Candidates a generation; 0 takes 4 + 3·ln n for n parameters that are free. More searches wider, at their cost.',
      default: 0,
      min: 0,
      max: 64,
      advanced: true,
    }),
    smallestVoxels: numberParameter({
      title: 'Smallest spread',
      help: 'A level is done once the spread is below this; less ends more exactly.',
      unit: 'voxels',
      default: 0.01,
      min: 1e-5,
      max: 1,
      advanced: true,
    }),
    seed: integerParameter({
      title: 'Seed',
      help: 'Another one draws other candidates.',
      default: 1,
      min: 0,
      max: 1_000_000,
      advanced: true,
    }),
  }),
  inputs: {},
  outputs: { optimizer: { type: 'optimizer', doc: 'Generations of candidates, by their ranks.' } },
  lower(_b, _, { spreadMm, laterVoxels, population, smallestVoxels, seed }) {
    return {
      optimizer: {
        kind: 'optimizer',
        takesBack: true,
        needsFewParameters: true,
        start: (body, variables) => [
          ...variables,
          unknownDistribution(body, lengthOf(body, variables)),
          ...nothingSeen(body),
        ],
        // Another level has other losses, of about the same shape.
        refine: (body, [, distribution], variables) => [
          ...variables,
          distribution === undefined
            ? unknownDistribution(body, lengthOf(body, variables))
            : restarted(body, distribution, lengthOf(body, variables)),
          ...nothingSeen(body),
        ],
        iterate(body, problem, { variables, state, iteration }) {
          const [best] = variables;
          const [mean, known, bestLoss, done] = state;
          const { free, level } = problem;
          if (
            best === undefined ||
            mean === undefined ||
            known === undefined ||
            bestLoss === undefined ||
            done === undefined ||
            free === undefined
          ) {
            throw new RangeError(
              'The state of CMA-ES is incomplete, or its model has no parameters.',
            );
          }
          const count = lengthOf(body, variables);
          const acting = free.flatMap((isFree, index) => (isFree ? [index] : []));
          const usual = 4 + Math.floor(3 * Math.log(acting.length));
          const draws = { seed, stream: level.level, free: acting };
          const [zero, one] = [body.constant([0]), body.constant([1])];
          const is = (number: ValueId) =>
            body.compareScalars({ a: iteration, b: number }, { is: 'equal' });
          const [isFirst, isSecond] = [is(zero), is(one)];
          const choose = (condition: ValueId, whenTrue: ValueId, whenFalse: ValueId): ValueId =>
            body.select({ condition, whenTrue, whenFalse });

          // A spread beyond half of the image has nothing left to find.
          const firstMm =
            level.level === 0
              ? Math.min(spreadMm, level.radiusMm / 2)
              : laterVoxels * level.voxelMm;
          const distribution = choose(isFirst, widened(body, known, count, firstMm), known);
          const generation = compareCandidates(
            body,
            problem,
            { mean, distribution, iteration },
            population === 0 ? usual : Math.max(population, fewestCandidates),
            draws,
          );
          const next = body.evolutionUpdate(
            { mean, distribution, losses: generation.losses, iteration },
            { ...draws, mostMm: level.radiusMm },
          );

          // In full one point is looked at: the start; then the best candidate where it is better than all, else the mean.
          const isBetter = body.compareScalars(
            { a: generation.bestLoss, b: bestLoss },
            { is: 'less' },
          );
          const later = choose(isBetter, generation.best, choose(isSecond, best, next.mean));
          const point = choose(isFirst, best, later);
          const evaluation = problem.evaluate([point]);
          const isLower = body.compareScalars({ a: evaluation.loss, b: bestLoss }, { is: 'less' });
          const isOpen = body.compareScalars({ a: done, b: zero }, { is: 'equal' });
          // The second iteration shows what the first found.
          const isShown = body.combineScalars(
            {
              a: isFirst,
              b: body.combineScalars({ a: isSecond, b: isLower }, { operation: 'maximum' }),
            },
            { operation: 'maximum' },
          );
          const accepted = body.multiply({
            a: isOpen,
            b: body.multiply({
              a: isShown,
              b: body.compareScalars(
                { a: evaluation.loss, b: choose(isFirst, evaluation.loss, bestLoss) },
                { is: 'lessOrEqual' },
              ),
            }),
          });
          const isAhead = body.multiply({
            a: isFirst,
            b: body.compareScalars({ a: generation.bestLoss, b: evaluation.loss }, { is: 'less' }),
          });
          const spread = spreadOf(body, next.distribution, count);
          const isSmall = body.compareScalars(
            { a: spread, b: body.constant([smallestVoxels * level.voxelMm]) },
            { is: 'less' },
          );
          const keep = (news: ValueId, olds: ValueId): ValueId => choose(isOpen, news, olds);
          const reached = choose(accepted, point, best);
          const reachedLoss = choose(accepted, evaluation.loss, bestLoss);
          return {
            variables: [choose(isAhead, generation.best, reached)],
            evaluation,
            accepted,
            done: body.combineScalars({ a: done, b: isSmall }, { operation: 'maximum' }),
            state: [
              keep(next.mean, mean),
              keep(next.distribution, distribution),
              choose(isAhead, generation.bestLoss, reachedLoss),
              body.combineScalars({ a: done, b: isSmall }, { operation: 'maximum' }),
            ],
          };
        },
      },
    };
  },
});

/** Loss of the best that was seen, and whether the level is done. */
function nothingSeen(b: Builder): Variables {
  return [b.constant([0]), b.constant([0])];
}

function lengthOf(b: Builder, [variable]: Variables): number {
  const type = variable === undefined ? undefined : b.typeOf(variable);
  return type?.kind === 'scalars' ? type.length : 0;
}

/** Losses of as many candidates, and the best of them. What is no number is never best. */
function compareCandidates(
  b: Builder,
  problem: Pick<Problem, 'value'>,
  from: { readonly mean: ValueId; readonly distribution: ValueId; readonly iteration: ValueId },
  population: number,
  draws: { readonly seed: number; readonly stream: number; readonly free: readonly number[] },
): { readonly losses: ValueId; readonly best: ValueId; readonly bestLoss: ValueId } {
  const places = b.constant(Array.from({ length: population }, (_, place) => place));
  const [losses, best, bestLoss] = b.repeat({
    label: 'candidates',
    count: population,
    carried: [
      b.constant(new Array<number>(population).fill(0)),
      from.mean,
      b.constant([largestNumber]),
    ],
    body([known, leader, leastLoss], index) {
      if (known === undefined || leader === undefined || leastLoss === undefined) {
        throw new RangeError('What is carried from candidate to candidate is incomplete.');
      }
      const candidate = b.evolutionCandidate({ ...from, index }, draws);
      const loss = problem.value([candidate]);
      const isBest = b.compareScalars({ a: loss, b: leastLoss }, { is: 'less' });
      const told = b.pointwise(
        { a: known, b: places, c: index, d: loss },
        { expressions: [['select', ['<', ['abs', ['-', 'b', 'c']], 0.5], 'd', 'a']] },
      );
      const choose = (whenTrue: ValueId, whenFalse: ValueId): ValueId =>
        b.select({ condition: isBest, whenTrue, whenFalse });
      return [told, choose(candidate, leader), choose(loss, leastLoss)];
    },
  });
  if (losses === undefined || best === undefined || bestLoss === undefined) {
    throw new RangeError('A repetition gives back what is carried.');
  }
  return { losses, best, bestLoss };
}

/** More than any loss; finite in float32. */
const largestNumber = 3e38;
