import type { Grid } from '../../../imaging/grid';
import type { ValueId } from '../../ir/values';
import type { ImageValue } from '../data-kinds/image';
import type { DataValues } from '../data-kinds/index';
import type { Builder } from './builder';
import type { LoweringProblem } from './lowering-problem';

export type { DatasetValue } from '../data-kinds/dataset';
export type { ImageValue } from '../data-kinds/image';
export type { LabelsValue } from '../data-kinds/labels';
export type { LandmarksValue } from '../data-kinds/landmarks';
export type { MaskValue } from '../data-kinds/mask';
export type { NetworkValue } from '../data-kinds/network';
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
  /**
   * Factor on the energy of a field at each voxel of `grid`, which is found beside the field: a field of one channel, above
   * 0. Absent: 1.
   */
  readonly localWeight?: ValueId;
}

/** Parameters that an optimizer moves. Fields are resampled between levels, scalars kept. */
export type Variables = readonly ValueId[];

/** An image and the grid that it lies on. */
export interface PlacedImage {
  readonly image: ValueId;
  readonly grid: Grid;
}

/**
 * Where an image is read, world → world: moving = affine · (x + displacement(x)). Either part is absent
 * where it is the identity.
 */
export interface MapValue {
  /** Scalars(12), row-major 3×4. */
  readonly affine?: ValueId;
  /** Field of three channels, mm. */
  readonly displacement?: ValueId;
}

/**
 * Where a model reads each image, for the points at which the two are compared: the moving image
 * alone, or, with `fixed`, both of them half way.
 */
export interface ModelMaps {
  /** To the fixed world. Absent: the fixed image is compared where it lies. */
  readonly fixed?: MapValue;
  /** To the start of `initial`, or to the moving world where there is none. */
  readonly moving: MapValue;
}

/** A field of a model that regularizers weigh. */
export interface ModelField {
  /**
   * What its vectors are: `displacement` mm, `velocity` mm per unit of time, `coefficients` of a basis. `map` is
   * the displacement of a map, mm, however the model makes it: every model that bends space has one a map, which
   * is taken from `maps` and not from `fields`. `metric` are mm too: the mean of their squares is how far the map is from the
   * identity in the model's own metric. `round-trip`, mm: how far a point ends from where it began after the way there and the
   * way back, or back and there, where a model finds both (`ModelPart.back`).
   */
  readonly role: 'displacement' | 'velocity' | 'coefficients' | 'metric' | 'map' | 'round-trip';
  readonly value: ValueId;
  /** Factor on what it is weighed by: of fields that follow each other in time, the share of time. 1 where left out. */
  readonly share?: number;
  /** Of coefficients: the functions they are factors of. */
  readonly basis?: 'cubic-b-spline';
}

/** Points that lie as the voxels of a grid do, beside them. */
export interface ShiftedGrid {
  readonly grid: Grid;
  /** By how many voxels along each axis of the grid: three scalars. */
  readonly shiftVoxels: ValueId;
}

export interface ModelPart {
  readonly kind: 'model';
  /** Start at the coarsest level: the identity. */
  start(b: Builder, context: LevelContext): Variables;
  /** From one level's variables to the next level's. */
  refine(b: Builder, variables: Variables, to: LevelContext): Variables;
  /** Where the variables say that each image is read. */
  maps(b: Builder, variables: Variables, context: LevelContext): ModelMaps;
  /**
   * The whole map, fixed world → start of `initial`. A model whose `maps` have two halves must have it;
   * for others it is the moving image's map.
   */
  whole?(b: Builder, variables: Variables, context: LevelContext): MapValue;
  /**
   * The displacement (mm) of the moving image's map at the voxels of a grid, shifted by so many of them along each of its axes (three
   * scalars, no gradient to them), at a cost that goes with these voxels. Left out where a displacement has to be made
   * on the level's grid first, and read from there.
   */
  displacementAt?(
    b: Builder,
    variables: Variables,
    points: ShiftedGrid,
    context: LevelContext,
  ): ValueId;
  /** What regularizers may weigh. Left out where the model has no field. */
  fields?(b: Builder, variables: Variables, context: LevelContext): readonly ModelField[];
  /** Whether one of its fields has the role `metric`. */
  readonly hasMetric?: boolean;
  /** Why it does not go with a fixed image on this grid; undefined where it does. */
  refuses?(grid: Grid): LoweringProblem | undefined;
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
  /**
   * Where all variables are fields of a vector a voxel of the level: how far a step of 1 mm of each of them moves a point of
   * the moving image against its partner in the fixed one, to first order, mm. Absent: what is found voxel by voxel cannot
   * move the model.
   */
  readonly relativeMotion?: readonly number[];
  /** Where its one variable is a handful of numbers: what is known of them. */
  readonly parameters?: ParameterSpace;
  /**
   * Displacement (mm) of a way back, start of `initial` → fixed world, on the level's grid: a map of its own beside that of
   * `maps`, which moves the moving image alone by a displacement. Images are then compared, and places led, both ways.
   */
  back?(b: Builder, variables: Variables, context: LevelContext): ValueId;
  /** Displacement of the inverse map, where it is cheap: exact, or found beside the map. */
  inverse?(b: Builder, variables: Variables, context: LevelContext): ValueId;
}

/** The parameters of a model that has a handful of them, all in mm: a step of 1 moves the image's edge by about as much. */
export interface ParameterSpace {
  /** Which of the numbers act on a fixed image of this grid; the others have no effect. */
  free(grid: Grid): readonly boolean[];
  /**
   * 2·factor · mean over the level's points of weight · JJᵀ, J the change of the warped image with each number: row-major,
   * as many rows as numbers.
   */
  curvature(b: Builder, variables: Variables, slopes: WarpedSlopes, context: LevelContext): ValueId;
}

/** How the warped image changes where it is read, and how much that counts. */
export interface WarpedSlopes {
  /** Derivative of the moving image per voxel of its own, at the points of the level: three channels. */
  readonly derivative: ValueId;
  /** The moving image's grid. */
  readonly grid: Grid;
  /** How much each point counts, a field of one channel. */
  readonly weight: ValueId;
  /** One scalar. */
  readonly factor: ValueId;
  /** The affine of what comes after the model; absent: the identity. */
  readonly initialAffine?: ValueId | undefined;
}

/** The points at which two images are compared, and how much each of them counts. */
export interface Domain {
  readonly grid: Grid;
  /**
   * Field of one channel, 0 to 1: what both masks let count, and 0 where a point has no partner because it
   * leads out of an image. A constant of the iteration: no gradient flows through it
   * (docs/decisions/0019).
   */
  readonly weight: ValueId;
  /** Mean of the weight over the grid, one scalar. */
  readonly mean: ValueId;
  /**
   * Factor on the weight, one scalar: 1, but 0 once most of the overlap that there was at the start is lost.
   * Absent: 1. Not yet in `weight`: `weighObjectives` multiplies it in.
   */
  readonly gate?: ValueId;
  /**
   * What the fixed image alone lets count, where that is not the whole grid: its weight, the mean of that
   * over the grid and 1 / mean. Losses are means over this much, whatever has a partner.
   */
  readonly reference?: {
    readonly weight: ValueId;
    readonly mean: ValueId;
    readonly inverse: ValueId;
  };
  /** What counts of `moving`, where it lies and on its grid; absent: all of it. */
  readonly ofMoving?: ValueId;
  /**
   * True where a mask is wired: the weight then falls within the images too, and what looks at windows
   * must keep out of them what does not count.
   */
  readonly hasHoles: boolean;
}

/** One channel of two images on one domain, each read through its own map; fields of one channel. */
export interface ComparedChannel {
  /** The fixed image on the domain's grid. */
  readonly fixed: ValueId;
  /** The moving image on the domain's grid, as the map of the moment brings it there. */
  readonly warped: ValueId;
  /**
   * The fixed image of the level, not moved by any map: constant in the loop, for its range and spread. On
   * the domain's grid, unless the model moves the fixed image too.
   */
  readonly fixedUnmoved: ValueId;
  /** The moving image of the level, where it lies: constant in the loop, for its range of intensities. */
  readonly moving: ValueId;
}

/** Two images on one domain: all that a similarity sees. */
export interface Comparison {
  /** The channels of both, each with its partner. */
  readonly channels: readonly [ComparedChannel, ...ComparedChannel[]];
  /** All channels at once, fields of so many channels: for what takes them together. */
  readonly whole: () => ComparedChannel;
  /** The same for all channels. */
  readonly domain: Domain;
  /** Where the points of the domain lie in both worlds: for what is read beside the images. */
  readonly maps: ModelMaps;
  /** Which pair it is: empty for the pair of `register`, else the node that brought it. */
  readonly of: string;
  /**
   * True on a way back: what is called fixed here is the moving image, in `maps` too, and the other way round. Who reads
   * beside the images has to exchange likewise.
   */
  readonly exchanged?: true;
}

interface WeightedTerm {
  readonly kind: 'objective';
  /** Name in traces: the node's id. */
  readonly name: string;
  /** Dial: factor on the loss. */
  readonly weight: ValueId;
}

/** At how many points of a level images are compared, drawn anew in every iteration. */
export interface Sampling {
  /** Of the level's points, above 0 and below 1. */
  readonly fraction: number;
  /** From the document. */
  readonly seed: number;
}

/**
 * A term that compares two images. It is called with one pair and does not know how many there are,
 * nor how many halves the map has.
 */
export interface SimilarityPart extends WeightedTerm {
  readonly on: 'images';
  /** Images of its own in place of those of `register`, either or both. */
  readonly pair?: { readonly fixed?: ImageValue; readonly moving?: ImageValue };
  /**
   * What is compared in place of the intensities: features of an image of a level where it lies, computed once a
   * level and then moved as an image is. `mask` says what of the image counts; it may lie on another grid.
   */
  features?(b: Builder, image: PlacedImage, mask: PlacedImage | undefined): ValueId;
  /** Whether features are made of the images as they are wired, and then smoothed and shrunk for a level. */
  readonly describesWholeImages?: true;
  /** Compares at some of the points alone; absent: at all of them. For what needs no neighbours and no `withoutPartner`. */
  readonly sampling?: Sampling;
  /**
   * Where its loss is Σ over points of weight · Σ over channels of (warped − fixed)², times a factor: that factor. What it is
   * divided by afterwards, the share that the fixed mask lets count, is left out.
   */
  squaresFactor?(comparison: Comparison): number;
  /** Its loss is an integral over what the fixed image lets count, and not a mean over it. */
  readonly isIntegral?: true;
  /** Looks at neighbourhoods alone, so that brightness that drifts through an image does not matter. */
  readonly isLocal?: true;
  /** Its loss falls by a tenth and more at some level where a field finds much: less is told of as motion for nothing. */
  readonly tellsGain?: true;
  /**
   * Mean over all points of the grid of what each of them costs, times its weight: proportional to the
   * weight.
   */
  loss(b: Builder, comparison: Comparison, level: LevelContext): ValueId;
  /**
   * What a point costs that has no partner: as much as one of which nothing is known, so that no loss gets
   * better by leaving. A constant of the level, one scalar; 0 where left out.
   */
  withoutPartner?(b: Builder, comparison: Comparison): ValueId;
}

/** A term that weighs a field of the model. A mean over the field's points, so that weights carry over. */
export interface RegularizerPart extends WeightedTerm {
  readonly on: 'field';
  /**
   * Which fields it can weigh, the one that it would rather first: of those of a model the first role that is there
   * counts. `register` refuses models that have none of them.
   */
  readonly roles: readonly ModelField['role'][];
  loss(b: Builder, field: ModelField, level: LevelContext): ValueId;
}

/** A term that looks at where places go, and at no image. */
export interface PlacesPart extends WeightedTerm {
  readonly on: 'places';
  /**
   * @param whole the whole map, fixed → moving world, `initial` included
   * @param back maps that lead one after the other from the moving to the fixed world, of a model that finds them; what they
   * say is added
   */
  loss(b: Builder, whole: MapValue, level: LevelContext, back?: readonly MapValue[]): ValueId;
}

/**
 * A term that compares each image with itself after the way there and the way back (`ModelPart.back`): it is called with
 * such a comparison of the fixed and one of the moving image, and the two are added.
 */
export interface RoundTripPart
  extends WeightedTerm,
    Pick<SimilarityPart, 'loss' | 'withoutPartner'> {
  readonly on: 'round-trips';
}

/** A weighted term of the loss. */
export type ObjectivePart = SimilarityPart | RegularizerPart | PlacesPart | RoundTripPart;

/** Differences of two images whose squares are in a loss, fields of as many channels as are compared. */
export interface Residuals {
  readonly warped: ValueId;
  readonly fixed: ValueId;
  /** How much each point counts, 0 to 1, a field of one channel; a constant of the iteration. */
  readonly weight: ValueId;
  /** Factor on Σ over points of weight · squares in the loss times the number of points, one scalar. */
  readonly factor: ValueId;
}

/** What the objectives say of one choice of the variables. */
export interface Evaluation {
  /** What is made small: the weighted sum of the objectives times the model's `lossScale`. */
  readonly loss: ValueId;
  /** Its gradient, as it is: `Problem.precondition` is for the optimizer to apply. */
  readonly gradient: Variables;
  /** What is squared, for each objective, where the loss is made of squares alone. */
  readonly residuals?: readonly Residuals[];
  /** Second derivatives of the loss as Gauss and Newton take them, where the optimizer `needsCurvature`: n × n numbers. */
  readonly curvature?: ValueId;
}

/** What an optimizer works on at one level: it asks, and never sees images or models. */
export interface Problem<Found extends Evaluation = Evaluation> {
  readonly level: LevelContext & { readonly maxIterations: number };
  /** That of the model. */
  readonly relativeMotion?: readonly number[];
  /** Where the one variable of the model is a handful of numbers: which of them act. */
  readonly free?: readonly boolean[];
  /** Loss and gradient; costs a warp and its way back. */
  evaluate(variables: Variables): Found;
  /** The loss alone. */
  value(variables: Variables): ValueId;
  /** What the model does to a gradient to make a direction of it: a positive definite, linear map. */
  precondition(gradient: Variables): Variables;
  /** The variables moved by steps, mm for fields. Without a step they may still be smoothed. */
  retract(variables: Variables, steps: Variables): Variables;
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
  /** True where it looks into what is squared: it needs `Evaluation.residuals` and `Problem.relativeMotion`. */
  readonly needsResiduals?: boolean;
  /** True where it takes second derivatives of squares from `Evaluation.curvature`: for models with `parameters`. */
  readonly needsCurvature?: boolean;
  /** True where it looks at a handful of numbers one by one: for models with `parameters`. */
  readonly needsFewParameters?: boolean;
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
