import type { Grid } from '../../../imaging/grid';
import type { ValueId } from '../../ir/values';
import type { DataValues } from '../data-kinds/index';
import type { Builder } from './builder';

export type { ImageValue } from '../data-kinds/image';
export type { LabelsValue } from '../data-kinds/labels';
export type { TableValue } from '../data-kinds/table';
export type { TransformValue } from '../data-kinds/transform';

/** What the parts of a recipe know of the pyramid level they are asked about. */
export interface LevelContext {
  readonly level: number;
  readonly levels: number;
  /** The fixed image's grid at this level. */
  readonly grid: Grid;
  /** The fixed image on that grid. */
  readonly fixed: ValueId;
  /** Shortest voxel edge among the axes with more than one voxel, mm. */
  readonly voxelMm: number;
  /** Centre of the full fixed grid, world mm: what rotations turn about. */
  readonly centreMm: readonly [number, number, number];
  /** Half the extent of the fixed grid, mm: scales rotations to displacements. */
  readonly radiusMm: number;
}

/** Parameters that an optimizer moves. Fields are resampled between levels, scalars kept. */
export type Variables = readonly ValueId[];

export interface ModelPart {
  readonly kind: 'model';
  /** Start at the coarsest level: the identity. */
  start(b: Builder, context: LevelContext): Variables;
  /** From one level's variables to the next level's. */
  refine(b: Builder, variables: Variables, to: LevelContext): Variables;
  /** The map that the variables stand for, fixed world → start of `initial`. */
  transform(
    b: Builder,
    variables: Variables,
    context: LevelContext,
  ): {
    readonly affine?: ValueId;
    readonly displacement?: ValueId;
  };
  /** Field that a regularizer acts on, where the model has one: displacement or velocity, mm. */
  deformation?(b: Builder, variables: Variables, context: LevelContext): ValueId;
  /**
   * Factor on the loss before it is differentiated. The gradient of a mean over voxels falls with
   * their number; a model of one vector a voxel asks for that number, so that its gradient has the
   * same size at every level and what an optimizer remembers carries over. 1 where left out.
   */
  lossScale?(context: LevelContext): number;
  /** What is done to the gradient before the optimizer sees it (Gaussian smoothing). */
  shapeGradient?(b: Builder, gradient: Variables, context: LevelContext): Variables;
  /** Moves the variables by steps: mm for fields, the model's own units for scalars. */
  update(b: Builder, variables: Variables, steps: Variables, context: LevelContext): Variables;
  /** Displacement of the inverse map, where it is cheap and exact. */
  inverse?(b: Builder, variables: Variables, context: LevelContext): ValueId;
}

export interface ObjectiveContext {
  readonly fixed: ValueId;
  readonly warped: ValueId;
  /** The unwarped moving image of the level: constant in the loop, for its range of intensities. */
  readonly moving: ValueId;
  /** Absent where the model has no field. */
  readonly deformation?: ValueId;
  readonly context: LevelContext;
}

/** A weighted term of the loss. Losses are means over the fixed domain, so weights carry over. */
export interface ObjectivePart {
  readonly kind: 'objective';
  /** Name in traces: the node's id. */
  readonly name: string;
  /** Dial: factor on the loss. */
  readonly weight: ValueId;
  /** True where the term needs a deformation field: `register` then refuses models without one. */
  readonly needsDeformation: boolean;
  loss(b: Builder, terms: ObjectiveContext): ValueId;
}

/** What the objectives say of one choice of the variables. */
export interface Evaluation {
  /** What is made small: the weighted sum of the objectives times the model's `lossScale`. */
  readonly loss: ValueId;
  /** Its gradient, as it is: `Problem.precondition` is for the optimizer to apply. */
  readonly gradient: Variables;
}

/** What an optimizer works on at one level: it asks, and never sees images or models. */
export interface Problem<Found extends Evaluation = Evaluation> {
  readonly level: LevelContext & { readonly maxIterations: number };
  /** Loss and gradient; costs a warp and its way back. */
  evaluate(variables: Variables): Found;
  /** The loss alone. */
  value(variables: Variables): ValueId;
  /** What the model does to a gradient to make a direction of it: a positive definite, linear map. */
  precondition(gradient: Variables): Variables;
  /** The variables moved by steps, mm for fields. Without a step they may still be smoothed. */
  retract(variables: Variables, steps: Variables): Variables;
  /**
   * Where the objective is a sum of squares: the product of a direction with JᵀJ of its residuals at
   * these variables. No objective offers its residuals yet, so that it is always absent.
   */
  linearize?(variables: Variables): { apply(direction: Variables): Variables };
}

/** Where an optimizer is at the beginning of an iteration. */
export interface Reached {
  readonly variables: Variables;
  readonly state: Variables;
  /** Finished iterations of the level, one scalar on the device. */
  readonly iteration: ValueId;
}

/** What an optimizer did in one iteration. */
export interface Iteration<Found extends Evaluation = Evaluation> {
  /** What the next iteration starts from, and what the level ends with. */
  readonly variables: Variables;
  readonly state: Variables;
  /** The evaluation whose losses are recorded. */
  readonly evaluation: Found;
  /** With `takesBack`: 1 where that evaluation was accepted, else 0. */
  readonly accepted?: ValueId;
  /**
   * With `takesBack`: not 0 once nothing can get better. The loop ends up to twenty iterations later,
   * which must change neither variables nor state.
   */
  readonly done?: ValueId;
}

export interface OptimizerPart {
  readonly kind: 'optimizer';
  /**
   * True where it tries steps and may take them back. What is recorded then is what was accepted last,
   * and only accepted iterations count for convergence.
   */
  readonly takesBack?: boolean;
  start(b: Builder, variables: Variables): Variables;
  /** The state of one level for the variables as they are refined to the next. */
  refine(b: Builder, state: Variables, variables: Variables): Variables;
  /** One iteration: evaluates at least once, and moves. */
  iterate<Found extends Evaluation>(
    b: Builder,
    problem: Problem<Found>,
    reached: Reached,
  ): Iteration<Found>;
}

export interface ScheduleLevel {
  readonly shrink: number;
  readonly iterations: number;
}

export interface SchedulePart {
  readonly kind: 'schedule';
  readonly levels: readonly ScheduleLevel[];
  /** Smoothing before shrinking, in voxels of the full grid for each unit of the shrink factor. */
  readonly smoothPerShrink: number;
  readonly minimumRelativeSlope: number;
  readonly window: number;
}

/** Parts of a recipe, by the type of the ports that carry them. They exist when it is compiled. */
export interface PartValues {
  readonly model: ModelPart;
  readonly objective: ObjectivePart;
  readonly optimizer: OptimizerPart;
  readonly schedule: SchedulePart;
}

/** Every type a port can have and the value it carries: data and parts. */
export interface PortValues extends DataValues, PartValues {}

export type PortType = keyof PortValues;
