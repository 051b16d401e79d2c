import tseslint from 'typescript-eslint';

const ours = [
  'core',
  'adapters',
  'functions',
  'middleware',
  'resources',
  'packaging',
  'local',
  'benchmarks',
  'clients',
  'scripts',
  'state-machines',
  'tests',
];

/** Arrows point inward: a folder may import itself and the folders named here, nothing else of ours. */
const mayImport = {
  core: [],
  adapters: ['core'],
  middleware: ['core', 'adapters'],
  functions: ['core', 'adapters', 'middleware'],
  resources: ['core'],
  local: ['core', 'adapters', 'functions', 'middleware', 'resources', 'packaging'],
  packaging: ['resources'],
  'state-machines': [],
  clients: ['core'],
  scripts: ['core', 'adapters', 'resources', 'packaging', 'local', 'state-machines', 'clients'],
  benchmarks: [
    'core',
    'adapters',
    'functions',
    'middleware',
    'resources',
    'packaging',
    'local',
    'clients',
    'scripts',
  ],
};

const inward = Object.entries(mayImport).map(([folder, allowed]) => ({
  files: [`${folder}/**/*.ts`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        // In a bundle of every function: zod is 130 KB there, zod/mini what it needs.
        paths: ['adapters', 'middleware'].includes(folder)
          ? [{ name: 'zod', message: 'Import zod/mini.' }]
          : [],
        patterns: [
          {
            group: ours
              .filter((other) => other !== folder && !allowed.includes(other))
              .map((other) => `**/../${other}/**`),
            message: `${folder}/ may import only: ${[folder, ...allowed].join(', ')}.`,
          },
          ...(folder === 'core'
            ? [
                {
                  group: [
                    '@aws-sdk/*',
                    '@aws-lambda-powertools/*',
                    '@middy/*',
                    'node:fs*',
                    'node:http*',
                    'node:net',
                    'node:child_process',
                  ],
                  message: 'core/ holds rules only: no SDK and no I/O.',
                },
              ]
            : []),
        ],
      },
    ],
  },
}));

export default tseslint.config(
  {
    ignores: [
      'node_modules/',
      'build/',
      '.serverless/',
      '.sallyport/',
      'docs/',
      '**/*.cjs',
      'eslint.config.js',
      '.dependency-cruiser.js',
    ],
  },
  ...tseslint.configs.strictTypeChecked,
  ...tseslint.configs.stylisticTypeChecked,
  { languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } } },
  {
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/consistent-type-definitions': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/dot-notation': 'off',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/strict-boolean-expressions': [
        'error',
        { allowNullableBoolean: true, allowNullableString: true },
      ],
      'no-console': 'error',
      eqeqeq: 'error',
      curly: ['error', 'multi-line'],
    },
  },
  ...inward,
  {
    files: ['core/**/*.ts'],
    rules: {
      'no-restricted-globals': ['error', 'process', 'fetch', 'setTimeout', 'setInterval'],
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: 'The clock is injected.' },
        { object: 'Math', property: 'random', message: 'The id source is injected.' },
      ],
      'no-restricted-syntax': [
        'error',
        {
          selector: "NewExpression[callee.name='Date'][arguments.length=0]",
          message: 'The clock is injected.',
        },
      ],
    },
  },
  {
    files: [
      'scripts/**/*.ts',
      'benchmarks/**/*.ts',
      'tests/crash/**/*.ts',
      'local/main.ts',
      'local/command-line.ts',
    ],
    rules: { 'no-console': 'off' },
  },
);
