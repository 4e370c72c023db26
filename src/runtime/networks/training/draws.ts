import { deriveSeed, hashBits } from '../../../imaging/phantoms/random';

/** What is drawn, so that draws of one seed do not follow each other. */
const ofShare = 0x5ea;
const ofVelocity = 0x7e1;

/** How much regularization counts in a step: even in [0, 1), from the network's seed and the step's number alone. */
export function shareOfStep(seed: number, step: number): number {
  return hashBits(step, 0, 0, deriveSeed(seed, ofShare)) / 2 ** 32;
}

/** The seed of what a step draws from a network's posterior, from the network's seed and the step's number alone. */
export function drawOfStep(seed: number, step: number): number {
  return hashBits(step, 0, 0, deriveSeed(seed, ofVelocity));
}
