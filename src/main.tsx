import './editor/page-setup';
import { createRoot } from 'react-dom/client';
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
  recipes: readRecipes(
    import.meta.glob<string>('../pipelines/*.json', {
      query: '?raw',
      import: 'default',
      eager: true,
    }),
  ),
  windowSize: { width: window.innerWidth, height: window.innerHeight },
});

const root = document.getElementById('root');
if (root) createRoot(root).render(<App editor={editor} />);
