import type { OpCase } from '../../support/op-case';
import { cases as affine } from './affine.cases';
import { cases as arithmetic } from './arithmetic.cases';
import { cases as compose } from './compose.cases';
import { cases as control } from './control.cases';
import { cases as derivatives } from './derivatives.cases';
import { cases as evaluate } from './evaluate.cases';
import { cases as finite } from './finite.cases';
import { cases as information } from './information.cases';
import { cases as intensity } from './intensity.cases';
import { cases as labels } from './labels.cases';
import { cases as lncc } from './lncc.cases';
import { cases as moments } from './moments.cases';
import { cases as optimize } from './optimize.cases';
import { cases as points } from './points.cases';
import { cases as pointwise } from './pointwise.cases';
import { cases as prepare } from './prepare.cases';
import { cases as random } from './random.cases';
import { cases as regularize } from './regularize.cases';
import { cases as sample } from './sample.cases';
import { cases as smooth } from './smooth.cases';
import { cases as start } from './start.cases';
import { cases as view } from './view.cases';
import { cases as weight } from './weight.cases';
import { cases as window } from './window.cases';

/** Every case of every op. The unit, gradient, GPU and bench suites iterate this list. */
export const allCases: readonly OpCase[] = [
  ...affine,
  ...arithmetic,
  ...compose,
  ...control,
  ...derivatives,
  ...evaluate,
  ...finite,
  ...information,
  ...intensity,
  ...labels,
  ...lncc,
  ...moments,
  ...points,
  ...pointwise,
  ...prepare,
  ...optimize,
  ...random,
  ...regularize,
  ...sample,
  ...smooth,
  ...start,
  ...view,
  ...weight,
  ...window,
];
