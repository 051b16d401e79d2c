import tseslint from 'typescript-eslint';

const ours = [
  'core',
  'pages',
  'adapters',
  'functions',
  'middleware',
  'resources',
  'packaging',
  'local',
  'benchmarks',
  'scripts',
  'state-machines',
  'tests',
];

/** Arrows point inward: a folder may import itself and the folders named here, nothing else of ours. */
const mayImport = {
  core: [],
  pages: ['core'],
  adapters: ['core'],
  middleware: ['core', 'pages', 'adapters'],
  functions: ['core', 'pages', 'adapters', 'middleware'],
  resources: ['core'],
  local: ['core', 'adapters', 'functions', 'middleware', 'resources', 'packaging'],
  packaging: ['resources'],
  'state-machines': [],
  scripts: ['core', 'adapters', 'resources', 'packaging', 'local', 'state-machines'],
  benchmarks: [
    'core',
    'pages',
    'adapters',
    'functions',
    'middleware',
    'resources',
    'packaging',
    'local',
    'scripts',
  ],
};

/** What files of a folder may import of ours, and whether they may import all of zod. */
const inwardRule = (folder, { mayImportZod }) => {
  const allowed = mayImport[folder];
  return {
    'no-restricted-imports': [
      'error',
      {
        paths: mayImportZod ? [] : [{ name: 'zod', message: 'Import zod/mini.' }],
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
  };
};

const inward = [
  ...Object.keys(mayImport).map((folder) => ({
    files: [`${folder}/**/*.ts`],
    // In a bundle of every function: zod is 130 KB there, zod/mini what it needs.
    rules: inwardRule(folder, { mayImportZod: !['adapters', 'middleware'].includes(folder) }),
  })),
  // Only functions that describe an API by schemas of zod have this room in their bundle.
  { files: ['middleware/http-api/**/*.ts'], rules: inwardRule('middleware', { mayImportZod: true }) },
];

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
    files: ['scripts/**/*.ts', 'benchmarks/**/*.ts', 'tests/crash/**/*.ts', 'local/main.ts'],
    rules: { 'no-console': 'off' },
  },
);
