import type {
  CompileRequest,
  DeviceKind,
  EngineDescription,
} from '../../runtime/api/engine/engine-api';

/** One line of the list of devices. */
export interface DeviceChoice {
  readonly value: CompileRequest['device'];
  readonly label: string;
  readonly disabled?: boolean;
}

/** How people know a kind of device: `GPU`. */
export function deviceLabel(kind: DeviceKind): string {
  return kind.toUpperCase();
}

/**
 * What a recipe can be asked to run on: the best, every device of this machine, and what it lacks.
 * @param best what the engine takes where nobody chose, once it has said so: not always the first
 */
export function deviceChoices(
  engine: EngineDescription | undefined,
  best: DeviceKind | undefined,
): readonly DeviceChoice[] {
  return [
    { value: 'auto', label: best ? `Best: ${deviceLabel(best)}` : 'Best device' },
    ...(engine?.devices ?? []).map(({ kind }) => ({ value: kind, label: deviceLabel(kind) })),
    ...(engine?.missing ?? []).map(({ kind }) => ({
      value: kind,
      label: `${deviceLabel(kind)} (none here)`,
      disabled: true,
    })),
  ];
}
