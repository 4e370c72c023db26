import type {
  ImageValue,
  MaskValue,
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
  readonly fixedMask?: MaskValue | undefined;
  readonly movingMask?: MaskValue | undefined;
  readonly initial: TransformValue | undefined;
  readonly model: ModelPart;
  readonly objectives: readonly ObjectivePart[];
  readonly optimizer: OptimizerPart;
  readonly schedule: SchedulePart;
}
