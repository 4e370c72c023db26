import type { Grid } from '../../../imaging/grid';
import type { DatasetValue } from '../data-kinds/dataset';
import type { IntensityRange, NetworkValue } from '../data-kinds/network';
import type { Doubt, LoweringProblem } from './lowering-problem';
import type { LevelContext } from './port-values';
import type { ImageToSee } from './prediction';

/** How long something learns. */
export interface TrainingLength {
  /** Pairs shown, one a step. */
  readonly steps: number;
  /** Steps between two looks at the validation pairs. */
  readonly validateEvery: number;
  /** Ends once so many looks in a row have found nothing better; 0 never does. */
  readonly patience: number;
}

/** A network that is adapted to the very pair that it is then asked about. */
export interface Adaptation {
  /** How much regularization counts in every step, 0 to 1, for networks that are told. */
  readonly regularization: number;
  /** Whether the moving image has come to the pair through a map, of which data of the objectives' own know nothing. */
  readonly isMoved: boolean;
}

/** What a network that registers is to learn from, and how long. */
export interface RegistrationTraining extends TrainingLength {
  readonly learns: 'registration';
  /** With weights it goes on from these. */
  readonly network: NetworkValue;
  readonly dataset: DatasetValue;
  /** What objectives are told of the grid of the pairs. */
  readonly level: Omit<LevelContext, 'fixed'>;
  /** Of Adam. A dial: it can be turned while the network learns. */
  readonly learningRate: number;
  /** Where a network that has learned goes on with a single pair, which the dataset gives again and again. */
  readonly adaptation?: Adaptation;
  /** One more objective, that learns beside the network. */
  readonly similarity?: SimilarityLearning;
}

/** A similarity that is learned: a discriminator, which tells aligned pairs from what the network makes of them. */
export interface SimilarityLearning {
  /** With weights it goes on from these. */
  readonly discriminator: NetworkValue;
  /** How much it counts among the objectives. A dial. */
  readonly weight: number;
  /** Of the discriminator's Adam. A dial. */
  readonly learningRate: number;
  /** What it is shown as aligned: what the dataset knows to be, or the fixed image beside itself. */
  readonly examples: 'aligned' | 'mixed';
  /** Of mixed examples: the share of the moving image in them, 0 to 1. */
  readonly mixed: number;
  /** By how much such a pair may still be off, voxels along each axis. */
  readonly shiftVoxels: number;
}

/** What two networks learn that translate images of one contrast into another one, there and back, and from what. */
export interface TranslationTraining extends TrainingLength {
  readonly learns: 'translation';
  /** From the contrast of the moving images to that of the fixed ones. With weights it goes on from these. */
  readonly network: NetworkValue;
  /** The way back; one like it that has learned nothing where absent. */
  readonly back?: NetworkValue;
  /** Sees one image; one for each contrast. */
  readonly discriminator: NetworkValue;
  /** Its fixed and moving images are two contrasts; that they belong together is not used. */
  readonly dataset: DatasetValue;
  /** Of both Adams. A dial. */
  readonly learningRate: number;
  /** What holds an image and its translation together: the way back, or features of its patches. */
  readonly content: 'cycle' | 'patches';
  /** Of the way back, or of the patches. A dial. */
  readonly contentWeight: number;
  /** How much it counts that an image of the wanted contrast stays as it is. A dial. */
  readonly identityWeight: number;
}

/** What an agent learns that brings two images onto each other step by step, from what, and how long. */
export interface AgentTraining extends TrainingLength {
  readonly learns: 'steps';
  /** With weights it goes on from these. */
  readonly network: NetworkValue;
  /** Images of a pair lie upon each other: they are moved apart while it learns. */
  readonly dataset: DatasetValue;
  /** How far they are moved apart. */
  readonly range: { readonly turnDegrees: number; readonly shiftMm: number };
  /** Motions of a pair that are shown in a step. */
  readonly poses: number;
  /** Of a policy: steps of a walk, before its weights change. */
  readonly walk: number;
  /** How much what comes a step later counts of what comes now. */
  readonly discount: number;
  /** Of Adam. A dial. */
  readonly learningRate: number;
  /** Of a policy: how much it counts that it stays undecided. A dial. */
  readonly entropyWeight: number;
}

/** What is to be learned, from what, and how long. */
export type TrainingRequest = RegistrationTraining | TranslationTraining | AgentTraining;

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
