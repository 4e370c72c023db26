// Imports run one way (docs: the map of folders in README.md). A rule here is a decision, not a
// style: change it together with a record in docs/decisions.

/** Files that know both sides of a boundary, and are short because of it. */
const roots = '^src/(main\\.tsx|worker\\.ts|cpu-worker\\.ts|cli/main\\.ts)$';

/** An npm package, resolved or not, with everything inside it. */
const npm = (names) => `(^|node_modules/)(${names})(/|$)`;

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    {
      name: 'no-circular',
      severity: 'error',
      comment: 'Two files that need each other are one file, or hide a third. Type imports count.',
      from: { path: '^src/' },
      to: { circular: true },
    },
    {
      name: 'pipeline-stands-alone',
      severity: 'error',
      comment: 'The document format is readable without the engine: it imports nothing of ours.',
      from: { path: '^src/pipeline/' },
      to: { path: '^src/', pathNot: '^src/pipeline/' },
    },
    {
      name: 'imaging-stands-alone',
      severity: 'error',
      comment:
        'Volumes, grids and files are useful without the engine: imaging imports nothing of ours.',
      from: { path: '^src/imaging/' },
      to: { path: '^src/', pathNot: '^src/imaging/' },
    },
    {
      name: 'runtime-knows-no-nodes-or-editor',
      severity: 'error',
      comment: 'The runtime compiles any registry it is given: pass node definitions in.',
      from: { path: '^src/runtime/' },
      to: {
        path: '^src/',
        pathNot: '^src/(runtime|imaging|pipeline)/',
      },
    },
    {
      name: 'nodes-use-their-door-only',
      severity: 'error',
      comment:
        'A node says what it means through the builder; who compiles and runs it comes in by the ' +
        'other door, runtime/api/engine. It knows no editor and no command line.',
      from: { path: '^src/nodes/' },
      to: { path: '^src/', pathNot: '^src/(nodes|runtime/api/(nodes|data-kinds)|imaging|pipeline)/' },
    },
    {
      name: 'editor-uses-runtime-api-only',
      severity: 'error',
      comment:
        'The page talks to the engine through EngineApi, so that the engine can run anywhere.',
      from: { path: '^src/editor/' },
      to: { path: '^src/', pathNot: '^src/(editor|nodes|runtime/api|imaging|pipeline)/' },
    },
    {
      name: 'cli-uses-runtime-api-only',
      severity: 'error',
      comment: 'As the editor. Only its root, cli/main.ts, puts the session together.',
      from: { path: '^src/cli/', pathNot: roots },
      to: { path: '^src/', pathNot: '^src/(cli|nodes|runtime/api|imaging|pipeline)/' },
    },
    {
      name: 'only-roots-import-session',
      severity: 'error',
      comment:
        'A root chooses device, workers and threads and hands them to the session; ' +
        'anything else that needed the session would bring that choice with it.',
      from: { path: '^src/', pathNot: [roots, '^src/runtime/session(\\.ts|/)'] },
      to: { path: '^src/runtime/session(\\.ts|/)' },
    },
    {
      name: 'only-openers-know-the-devices',
      severity: 'error',
      comment:
        'The session runs on whatever devices it is handed, so that another one is a folder and a line. ' +
        'Roots start pool threads; networks compute beside the plans.',
      from: {
        path: '^src/',
        pathNot: [roots, '^src/runtime/(gpu/|cpu/|networks/|device-openers\\.ts$)'],
      },
      to: { path: '^src/runtime/(gpu|cpu)/' },
    },
    {
      name: 'nobody-imports-a-root',
      severity: 'error',
      comment: 'Roots start programs; what two programs share belongs in a folder.',
      from: { path: '^src/' },
      to: { path: roots },
    },
    {
      name: 'compile-is-pure',
      severity: 'error',
      comment:
        'Phases and CPU kernels run where there is no GPU, and are tested without one: ' +
        'they take device facts as data.',
      from: { path: '^src/runtime/(compile/|ops/.*\\.cpu\\.ts$)' },
      to: { path: '^src/runtime/gpu/' },
    },
    {
      name: 'only-networks-import-tensorflow',
      severity: 'error',
      comment:
        'TensorFlow.js is large and one implementation of networks; the rest sees tensors as values.',
      from: { path: '^src/', pathNot: '^src/runtime/networks/' },
      to: { path: npm('@tensorflow') },
    },
    {
      name: 'only-viewer-imports-niivue',
      severity: 'error',
      comment: 'The viewer is behind one adapter, so that it can be replaced.',
      from: { path: '^src/', pathNot: '^src/editor/viewer/' },
      to: { path: npm('@niivue') },
    },
    {
      name: 'only-editor-imports-react',
      severity: 'error',
      comment: 'What a node means does not depend on how it is drawn.',
      from: { path: '^src/', pathNot: '^src/(editor/|main\\.tsx$)' },
      to: { path: npm('react|react-dom|@types/react|@types/react-dom|@mantine|@xyflow|@tabler') },
    },
    {
      name: 'only-roots-import-node',
      severity: 'error',
      comment:
        'The engine runs in a page and in a terminal. The roots hand in what differs ' +
        '({ gpu, spawnWorker, threads }).',
      from: { path: '^src/', pathNot: roots },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'only-roots-import-webgpu',
      severity: 'error',
      comment:
        'As above: a page has navigator.gpu, a terminal has Dawn, the engine is given either.',
      from: { path: '^src/', pathNot: roots },
      to: { path: npm('webgpu') },
    },
    {
      name: 'no-unresolvable',
      severity: 'error',
      comment: 'An import that cannot be found could break any rule above unseen.',
      from: { path: '^src/' },
      to: { couldNotResolve: true },
    },
    {
      name: 'no-development-packages',
      severity: 'error',
      comment: 'What src imports must be installed with it; types alone may come from the tools.',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg'], dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // Type imports bind a file to another as much as values do.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node', 'default'],
    },
  },
};
