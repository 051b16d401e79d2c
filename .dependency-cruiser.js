/** What `npm run lint` holds imports to, those of types included. */
export default {
  forbidden: [
    {
      name: 'no-cycles-between-files',
      comment: 'A cycle means that a type or a function is in the wrong file.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-cycles-between-rooms',
      comment: 'Folders of core/ depend on each other in one direction.',
      severity: 'error',
      scope: 'folder',
      from: { path: '^core/' },
      to: { path: '^core/', circular: true },
    },
    {
      name: 'core-renders-nothing',
      comment: 'core/ decides what is said, as data; pages/ renders it.',
      severity: 'error',
      from: { path: '^core/' },
      to: { path: '^pages/' },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(?:build|node_modules)/' },
    enhancedResolveOptions: { extensions: ['.ts', '.js', '.json'] },
  },
};
