/** Arrows point inward: a folder may import itself and the folders named here, nothing else of ours. */
const mayImport = {
  core: [],
  pages: ['core'],
  adapters: ['core'],
  middleware: ['core', 'pages', 'adapters'],
  functions: ['core', 'pages', 'adapters', 'middleware'],
  resources: ['core', 'adapters'],
  local: ['core', 'pages', 'adapters', 'functions', 'middleware', 'resources', 'packaging'],
  packaging: ['resources'],
  'state-machines': [],
  clients: ['core'],
  scripts: ['core', 'adapters', 'resources', 'packaging', 'local', 'state-machines', 'clients'],
  benchmarks: ['core', 'pages', 'adapters', 'functions', 'middleware', 'resources', 'packaging', 'local', 'clients', 'scripts'],
};
const ours = [...Object.keys(mayImport), 'tests'].join('|');

const inward = Object.entries(mayImport).map(([folder, allowed]) => ({
  name: `${folder}-imports-inward`,
  comment: `${folder}/ may import only: ${[folder, ...allowed].join(', ')}.`,
  severity: 'error',
  from: { path: `^${folder}/` },
  to: { path: `^(?:${ours})/`, pathNot: `^(?:${[folder, ...allowed].join('|')})/` },
}));

/** What `npm run lint` holds imports to, those of types included. */
export default {
  forbidden: [
    ...inward,
    {
      name: 'core-has-no-input-or-output',
      comment: 'core/ holds rules only: no SDK and no I/O.',
      severity: 'error',
      from: { path: '^core/' },
      to: { path: '^node_modules/(?:@aws-sdk|@aws-lambda-powertools|@middy)/|^(?:fs|http|https|net|child_process)(?:/|$)' },
    },
    {
      name: 'bundles-have-the-small-zod',
      comment: 'zod is 130 KB in a bundle of every function. Import zod/mini, but where schemas are described.',
      severity: 'error',
      from: { path: '^(?:adapters|middleware)/', pathNot: '^middleware/http-api/' },
      to: { path: '^node_modules/zod/', pathNot: '^node_modules/zod/mini/' },
    },
    {
      name: 'no-cycles-between-files',
      comment: 'A cycle means that a type or a function is in the wrong file.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'workflow-knows-no-workflow',
      comment: 'What every execution has in common knows no plan, no step and no request of any of them.',
      severity: 'error',
      from: { path: '^core/workflow/' },
      to: { path: '^core/', pathNot: '^core/(?:workflow/|pace/|tickets/ports\\.ts|clock\\.ts|errors\\.ts)' },
    },
    {
      name: 'no-cycles-between-rooms',
      comment: 'Folders of core/ depend on each other in one direction.',
      severity: 'error',
      scope: 'folder',
      from: { path: '^core/' },
      to: { path: '^core/', circular: true },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(?:build)/' },
    enhancedResolveOptions: { extensions: ['.ts', '.js', '.json'], exportsFields: ['exports'], conditionNames: ['import', 'types'] },
  },
};
