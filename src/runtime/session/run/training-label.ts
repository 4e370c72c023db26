/** What the curve of a training is called, and how it ended: it has no levels. */
export const trainingLabel = 'training';
