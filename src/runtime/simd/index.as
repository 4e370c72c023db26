export { affinePartials, largestNorms } from './affine';
export { histogramCotangents, histogramPartials } from './histogram';
export { lnccCotangents, lnccPartials } from './lncc';
export { chainToDisplacement, compose, insideWeight, sampleLinear } from './sample';
export { gaussian } from './stencil';
export { windowMoments, windowMomentsAdjoint } from './window';
