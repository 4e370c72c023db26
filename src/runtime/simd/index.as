export { gaussian } from './stencil';
export { windowMoments, windowMomentsAdjoint } from './window';
