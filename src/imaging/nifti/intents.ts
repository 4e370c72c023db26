/** What vectors may be that are no intensities. */
export type OtherVectors = 'matrices' | 'displacements' | 'points' | 'quaternions';

const otherVectors: ReadonlyMap<number, OtherVectors> = new Map([
  [1004, 'matrices'],
  [1005, 'matrices'],
  [1006, 'displacements'],
  [1008, 'points'],
  [1009, 'points'],
  [1010, 'quaternions'],
]);

/**
 * What the vectors of a NIfTI intent are that move or turn with the body, so that their components are not
 * channels of an image; undefined of all other intents.
 */
export function otherVectorsOf(intentCode: number): OtherVectors | undefined {
  return otherVectors.get(intentCode);
}

/** Whether the intent is one of CIFTI's: surfaces or connectivity. */
export function isCifti(intentCode: number): boolean {
  return intentCode >= 3000 && intentCode < 3100;
}
