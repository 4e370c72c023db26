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
export { convolve, packFilter } from './convolution';
export { convolveFilter } from './convolution-filter';
export { largestOfWindows, largestOfWindowsBack, sumOfWindows } from './pooling';
export { changeTensor, combineTensors, copyBlocks, sumPartials, sumPeriods } from './tensors';
