import js from '@eslint/js';
import jupyter from '@jupyter/eslint-plugin';
import prettier from 'eslint-config-prettier';
import globals from 'globals';
import typescript from 'typescript-eslint';

const sources = ['**/*.{ts,tsx}'];

export default [
  {
    ignores: [
      '.venv/',
      'node_modules/',
      'lib/',
      'dist/',
      'coverage/',
      'jupyter_remote/labextension/',
      'docs/_build/',
      'ui-tests/test-results/'
    ]
  },
  js.configs.recommended,
  ...typescript.configs.strictTypeChecked.map(config => ({
    ...config,
    files: sources
  })),
  { plugins: { jupyter } },
  ...jupyter.configs.recommended,
  {
    files: sources,
    languageOptions: {
      parserOptions: {
        project: 'tsconfig.test.json',
        tsconfigRootDir: import.meta.dirname
      }
    }
  },
  {
    files: sources,
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      // Numbers in messages are fine; anything else is a slip.
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true }
      ],
      // Lab's tokens and plugin types use `void` this way.
      '@typescript-eslint/no-invalid-void-type': 'off',
      // One small bundle: what it holds comes with it in any case.
      'jupyter/prefer-lazy-imports': [
        'error',
        { ignoreImports: ['./*', '../*'] }
      ]
    }
  },
  {
    files: ['jupyter_remote/**/*.js'],
    languageOptions: { globals: globals.browser, sourceType: 'script' },
    // The desktop's own page knows nothing of Lab's translations.
    rules: { 'jupyter/no-untranslated-string': 'off' }
  },
  {
    files: ['*.js'],
    languageOptions: { globals: globals.node, sourceType: 'commonjs' }
  },
  {
    files: ['**/*.mjs'],
    languageOptions: { globals: globals.node }
  },
  prettier
];
