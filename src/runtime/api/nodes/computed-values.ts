import type { Grid } from '../../../imaging/grid';
import type { TensorFlow } from '../../networks/tensorflow';
import type { ComputedValue } from '../data-kinds/index';
import type { NetworkValue } from '../data-kinds/network';
import type { DeviceKind } from '../engine/engine-api';
import type { Doubt, LoweringProblem } from './lowering-problem';
import type {
  FeaturesRequest,
  FollowedAgent,
  FollowRequest,
  ImageToSee,
  Prediction,
  PredictionRequest,
  TranslationRequest,
} from './prediction';

export type { ComputedDataset, TrainingPair } from '../data-kinds/dataset';
export type { PlanesMm } from '../data-kinds/define-data-kind';
export type { ComputedImage } from '../data-kinds/image';
export type { ComputedValue, ComputedValues, DataPortType } from '../data-kinds/index';
export type { ComputedLabels } from '../data-kinds/labels';
export type { ComputedNetwork } from '../data-kinds/network';
export type { ComputedTable } from '../data-kinds/table';
export type { ComputedTransform } from '../data-kinds/transform';

/** What a node may know and do while it computes. */
export interface ComputeContext {
  readonly nodeId: string;
  /** The device that the recipe runs on. */
  readonly device: DeviceKind;
  /**
   * TensorFlow.js on that device, loaded on first need. Its tensors live as long as the node
   * computes: what it gives are arrays.
   */
  tensorFlow(): Promise<TensorFlow>;
  /**
   * The transform that a network predicts from a fixed to a moving image. Refuses where the network
   * does not fit the grid that it is to see.
   */
  predict(request: PredictionRequest): Promise<Prediction>;
  /**
   * The channels that a network gives of an image, on that image's grid. Refuses where the network gives none, or does not fit the
   * grid that it is to see.
   */
  features(request: FeaturesRequest): Promise<readonly Float32Array[]>;
  /**
   * Intensities within [0, 1] on the grid of the request, in the contrast that a network translates into. Refuses where it is none
   * that translates, or does not fit that grid.
   */
  translate(request: TranslationRequest): Promise<Float32Array>;
  /**
   * Where an agent leads that takes rigid steps. Refuses where the network is none, or does not fit the grid that it is to see.
   */
  follow(request: FollowRequest): Promise<FollowedAgent>;
  /** Intensities within [0, 1] on a grid, as a network that sees that grid is shown them by `predict`. */
  see(image: ImageToSee, domain: Grid): Promise<Float32Array>;
  /** Whether a network is told how much regularization counts. */
  takesRegularization(network: NetworkValue): boolean;
  /** Says what speaks against the result without making it worthless. */
  warn(doubt: Doubt): void;
  /** Aborted when the run is cancelled: stop, and reject or give anything; it is thrown away. */
  readonly signal: AbortSignal;
  /** Stops with a diagnostic on this node: its data is wrong in a way that the person can mend. */
  refuse(problem: LoweringProblem): never;
}

/** What arrives at the inputs of a node that computes, by port. */
export type ArrivedValues = Readonly<
  Record<string, ComputedValue | readonly ComputedValue[] | undefined>
>;
