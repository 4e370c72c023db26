import type { PipelineDocument } from '../../../src/pipeline/schema';

const head = (subject: number) => ({
  source: { kind: 'phantom', name: 'head-2d', seed: 1, subject, contrast: 't1' },
});
const node = (type: string, params = {}) => ({ type, version: 1, params });

/** A small complete recipe: two heads, one registration, one measurement. */
export const sampleRecipe: PipelineDocument = {
  schemaVersion: 1,
  name: 'Sample',
  description: '',
  nodes: {
    fixed: node('load.image', head(1)),
    moving: node('load.image', head(2)),
    scaled: node('prepare.normalize-intensity', {}),
    model: node('model.greedy'),
    lncc: node('similarity.lncc'),
    adam: node('optimizer.adam-normalized'),
    levels: node('schedule.pyramid'),
    register: node('register'),
    ncc: node('evaluate.correlation'),
    keep: node('save.image', { name: 'result.nii.gz' }),
  },
  edges: [
    { from: 'fixed.image', to: 'scaled.image' },
    { from: 'scaled.image', to: 'register.fixed' },
    { from: 'moving.image', to: 'register.moving' },
    { from: 'model.model', to: 'register.model' },
    { from: 'lncc.objective', to: 'register.objectives' },
    { from: 'adam.optimizer', to: 'register.optimizer' },
    { from: 'levels.schedule', to: 'register.schedule' },
    { from: 'scaled.image', to: 'ncc.fixed' },
    { from: 'register.warped', to: 'ncc.warped' },
    { from: 'register.warped', to: 'keep.image' },
  ],
  layout: { fixed: [0, 0], moving: [0, 120], register: [600, 0] },
};
