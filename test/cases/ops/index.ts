import type { OpCase } from '../../support/op-case';
import { cases as affine } from './affine.cases';
import { cases as affineCurvature } from './affine-curvature.cases';
import { cases as arithmetic } from './arithmetic.cases';
import { cases as arithmeticScalars } from './arithmetic-scalars.cases';
import { cases as bspline } from './bspline.cases';
import { cases as chainSmoothed } from './chain-smoothed.cases';
import { cases as choose } from './choose.cases';
import { cases as compare } from './compare.cases';
import { cases as compareReports } from './compare-reports.cases';
import { cases as compareWeighted } from './compare-weighted.cases';
import { cases as compose } from './compose.cases';
import { cases as composeInverse } from './compose-inverse.cases';
import { cases as cosine } from './cosine.cases';
import { cases as derivatives } from './derivatives.cases';
import { cases as derivativesDiffusion } from './derivatives-diffusion.cases';
import { cases as derivativesJacobian } from './derivatives-jacobian.cases';
import { cases as discrete } from './discrete.cases';
import { cases as evolution } from './evolution.cases';
import { cases as features } from './features.cases';
import { cases as histogram } from './histogram.cases';
import { cases as histogramWeighted } from './histogram-weighted.cases';
import { cases as information } from './information.cases';
import { cases as intensity } from './intensity.cases';
import { cases as labels } from './labels.cases';
import { cases as labelsSoft } from './labels-soft.cases';
import { cases as labelsSurface } from './labels-surface.cases';
import { cases as landmarkFit } from './landmark-fit.cases';
import { cases as lncc } from './lncc.cases';
import { cases as lnccWeighted } from './lncc-weighted.cases';
import { cases as manyChannels } from './many-channels.cases';
import { cases as optimize } from './optimize.cases';
import { cases as points } from './points.cases';
import { cases as pointwise } from './pointwise.cases';
import { cases as project } from './project.cases';
import { cases as random } from './random.cases';
import { cases as reduceImages } from './reduce-images.cases';
import { cases as reduceVectors } from './reduce-vectors.cases';
import { cases as sample } from './sample.cases';
import { cases as sampleInside } from './sample-inside.cases';
import { cases as shading } from './shading.cases';
import { cases as smooth } from './smooth.cases';
import { cases as start } from './start.cases';
import { cases as transforms } from './transforms.cases';
import { cases as weight } from './weight.cases';
import { cases as window } from './window.cases';
import { cases as windowWeighted } from './window-weighted.cases';

/** Every case of every op. The unit, gradient, GPU and bench suites iterate this list. */
export const allCases: readonly OpCase[] = [
  ...affine,
  ...affineCurvature,
  ...arithmetic,
  ...arithmeticScalars,
  ...bspline,
  ...chainSmoothed,
  ...choose,
  ...compare,
  ...compareReports,
  ...compareWeighted,
  ...compose,
  ...composeInverse,
  ...cosine,
  ...derivatives,
  ...derivativesDiffusion,
  ...derivativesJacobian,
  ...discrete,
  ...evolution,
  ...features,
  ...histogram,
  ...histogramWeighted,
  ...information,
  ...intensity,
  ...labels,
  ...labelsSurface,
  ...landmarkFit,
  ...labelsSoft,
  ...lncc,
  ...lnccWeighted,
  ...manyChannels,
  ...optimize,
  ...points,
  ...pointwise,
  ...project,
  ...random,
  ...reduceImages,
  ...reduceVectors,
  ...sample,
  ...sampleInside,
  ...shading,
  ...smooth,
  ...start,
  ...transforms,
  ...weight,
  ...window,
  ...windowWeighted,
];
