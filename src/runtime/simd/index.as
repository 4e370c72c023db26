export { compose, insideWeight, sampleLinear } from './sample';
export { gaussian } from './stencil';
export { windowMoments, windowMomentsAdjoint } from './window';
