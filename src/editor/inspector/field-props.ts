import type { Params, ParamValue } from '../../pipeline/schema';
import type { TurnNote } from '../store/run-store';
import type { FormField } from './form-fields';

/** What the component of one parameter is given. */
export interface FieldProps<Kind extends FormField['kind'] = FormField['kind']> {
  readonly field: Extract<FormField, { kind: Kind }>;
  readonly params: Params;
  /** True while turning it reaches the running recipe. */
  readonly isLive?: boolean;
  /** What became of turning it. */
  readonly turn?: TurnNote | undefined;
  /** Called with undefined where an optional parameter is unset. */
  readonly onChange: (value: ParamValue | undefined) => void;
}
