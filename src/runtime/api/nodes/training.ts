import type { DatasetValue } from '../data-kinds/dataset';
import type { NetworkValue } from '../data-kinds/network';
import type { LoweringProblem } from './lowering-problem';
import type { LevelContext } from './port-values';

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
}

/** What a node may do while it says what is to be learned. */
export interface TrainingContext {
  readonly nodeId: string;
  /** Stops with a diagnostic on this node: its data is wrong in a way that the person can mend. */
  refuse(problem: LoweringProblem): never;
}
