import type { OpCase } from '../../support/op-case';
import { cases as arithmetic } from './arithmetic.cases';

/** Every case of every op. The unit, gradient, GPU and bench suites iterate this list. */
export const allCases: readonly OpCase[] = [...arithmetic];
