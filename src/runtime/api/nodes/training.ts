import type { Grid } from '../../../imaging/grid';
import type { DatasetValue } from '../data-kinds/dataset';
import type { IntensityRange, NetworkValue } from '../data-kinds/network';
import type { Doubt, LoweringProblem } from './lowering-problem';
import type { LevelContext } from './port-values';
import type { ImageToSee } from './prediction';

/** What a network is to learn from, and how long. */
export interface TrainingRequest {
  /** With weights it goes on from these. */
  readonly network: NetworkValue;
  readonly dataset: DatasetValue;
  /** What objectives are told of the grid of the pairs. */
  readonly level: Omit<LevelContext, 'fixed'>;
  /** Pairs shown, one a step. */
  readonly steps: number;
  /** Of Adam. A dial: it can be turned while the network learns. */
  readonly learningRate: number;
  /** Steps between two looks at the validation pairs. */
  readonly validateEvery: number;
  /** Ends once so many looks in a row have found nothing better; 0 never does. */
  readonly patience: number;
  /** Where a network that has learned goes on with a single pair, which the dataset gives again and again. */
  readonly adaptation?: Adaptation;
}

/** A network that is adapted to the very pair that it is then asked about. */
export interface Adaptation {
  /** How much regularization counts in every step, 0 to 1, for networks that are told. */
  readonly regularization: number;
  /** Whether the moving image has come to the pair through a map, of which data of the objectives' own know nothing. */
  readonly isMoved: boolean;
}

/** What a node may do while it says what is to be learned. */
export interface TrainingContext {
  readonly nodeId: string;
  /** Intensities on a grid, brought to a range, as a network that sees that grid is shown them when it predicts. */
  see(image: ImageToSee, domain: Grid, intensities: IntensityRange): Promise<Float32Array>;
  /** Whether a network is told how much regularization counts. */
  takesRegularization(network: NetworkValue): boolean;
  /** Says what speaks against the result without making it worthless. */
  warn(doubt: Doubt): void;
  /** Stops with a diagnostic on this node: its data is wrong in a way that the person can mend. */
  refuse(problem: LoweringProblem): never;
}
