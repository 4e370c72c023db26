export { affinePartials } from './affine';
export { readAround, scoreBlocks } from './blocks';
export { chainToDisplacement } from './chain';
export { nonDiffeomorphicSlices } from './folding';
export { histogramCotangents, histogramPartials } from './histogram';
export { lnccCotangents, lnccPartials, lnccPartialsAndCotangents } from './lncc';
export { compose, insideWeight, sampleLinear } from './sample';
export { splat } from './splat';
export { alongAxis } from './spline';
export { gaussian } from './stencil';
export { imageSum, imageSums, largestNorms } from './sums';
export { countStart, spreadWithout } from './start';
export {
  blockSums, countLowerHalves, countUpperHalves, fillOutside, lowest, nonFinitePartials, rangePartials,
} from './statistics';
export { windowMoments, windowMomentsAdjoint } from './window';
