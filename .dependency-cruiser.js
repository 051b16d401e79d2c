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
    exclude: { path: '^(?:build|node_modules)/' },
    enhancedResolveOptions: { extensions: ['.ts', '.js', '.json'] },
  },
};
