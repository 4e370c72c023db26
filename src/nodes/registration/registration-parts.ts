import type {
  ImageValue,
  ModelPart,
  ObjectivePart,
  OptimizerPart,
  SchedulePart,
  TransformValue,
} from '../../runtime/api/nodes/port-values';

/** What is wired to a registration. */
export interface RegistrationParts {
  readonly fixed: ImageValue;
  readonly moving: ImageValue;
  readonly initial: TransformValue | undefined;
  readonly model: ModelPart;
  readonly objectives: readonly ObjectivePart[];
  readonly optimizer: OptimizerPart;
  readonly schedule: SchedulePart;
}
