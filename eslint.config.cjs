// ESLint over the JavaScript of the site and of the npm package. NODE_PATH names the folder with the packages.
const js = require('@eslint/js');
const globals = require('globals');

module.exports = [
  {
    files: ['**/*.js'],
    ...js.configs.recommended,
    languageOptions: { ecmaVersion: 2024, sourceType: 'module', globals: { ...globals.browser, ...globals.worker } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      ...js.configs.recommended.rules,
      curly: 'error',
      eqeqeq: 'error',
      'no-restricted-syntax': [
        'error',
        {
          selector: 'Identifier[name=/^(.*_)?(LEAST|MOST|GREATEST|LARGEST|SMALLEST|LONGEST|SHORTEST|HIGHEST|LOWEST)(_|$)/]',
          message: 'Name bounds MIN_ or MAX_.',
        },
      ],
      'no-shadow': 'error',
      'no-unused-vars': ['error', { ignoreRestSiblings: true, varsIgnorePattern: '^_$' }],
      'no-var': 'error',
      'object-shorthand': 'error',
      'prefer-const': 'error',
      'max-lines': ['error', 400],
      'max-lines-per-function': ['error', 60],
    },
  },
  {
    // Runs in browsers that have no modules.
    files: ['**/requirements.js'],
    languageOptions: { ecmaVersion: 5, sourceType: 'script', globals: { Uint8Array: 'readonly' } },
    rules: { 'no-var': 'off', 'object-shorthand': 'off', 'no-unused-vars': ['error', { caughtErrors: 'none' }] },
  },
  {
    files: ['**/service-worker.js', '**/theme.js'],
    languageOptions: { sourceType: 'script' },
  },
  {
    files: ['e2e/src/test/js/*.js'],
    languageOptions: { globals: globals.node },
  },
];
