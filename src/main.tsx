import './editor/page-setup';
import { createRoot } from 'react-dom/client';
import antsSyn from '../pipelines/ants-syn.json?raw';
import greedyFlat from '../pipelines/brain-2d-greedy.json?raw';
import affine from '../pipelines/brain-t1-affine.json?raw';
import greedy from '../pipelines/brain-t1-greedy.json?raw';
import svf from '../pipelines/brain-t1-svf.json?raw';
import fireantsSyn from '../pipelines/fireants-syn.json?raw';
import { App } from './editor/App';
import { createEditor } from './editor/create-editor';
import { connectEngine } from './editor/engine-client';
import { readRecipes } from './editor/gallery/recipes';
import { nodeRegistry } from './nodes/index';

const engine = connectEngine(
  () => new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' }),
);
const editor = createEditor({
  engine,
  life: engine,
  registry: nodeRegistry,
  recipes: readRecipes({
    'brain-2d-greedy.json': greedyFlat,
    'brain-t1-affine.json': affine,
    'brain-t1-greedy.json': greedy,
    'brain-t1-svf.json': svf,
    'ants-syn.json': antsSyn,
    'fireants-syn.json': fireantsSyn,
  }),
  windowSize: { width: window.innerWidth, height: window.innerHeight },
});

const root = document.getElementById('root');
if (root) createRoot(root).render(<App editor={editor} />);
