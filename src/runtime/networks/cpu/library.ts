/** TensorFlow.js as it is loaded; `../tensorflow.ts` calls it the same, and imports this folder. */
export type TensorFlow = typeof import('@tensorflow/tfjs');
