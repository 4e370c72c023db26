/** What landmarks are called: by their place, from 1, where they have no names. */
export function landmarkNames(landmarks: {
  readonly names?: readonly string[] | undefined;
  readonly count: number;
}): readonly string[] {
  const { names, count } = landmarks;
  return names ?? Array.from({ length: count }, (_, index) => String(index + 1));
}
