const base = require('@jupyterlab/testing/lib/jest-config');

// These packages ship ES modules only; jest has to translate them.
const modules = [
  '@codemirror',
  '@jupyter',
  '@jupyterlab',
  '@microsoft',
  '@rjsf',
  'exenv-es6',
  'lib0',
  'nanoid',
  'qr',
  'vscode-ws-jsonrpc',
  'y-protocols',
  'y-websocket',
  'yjs'
];

const swc = syntax => [
  '@swc/jest',
  { jsc: { parser: { syntax, tsx: true, jsx: true }, target: 'es2022' } }
];

module.exports = {
  ...base(__dirname),
  reporters: ['default'],
  testRegex: 'src/.*\\.spec\\.tsx?$',
  roots: ['<rootDir>/src'],
  // Types are taken away, not checked: scripts/lint tsc does that once for all files.
  transform: {
    '\\.svg$': '@jupyterlab/testing/lib/jest-raw-loader.js',
    '^.+\\.tsx?$': swc('typescript'),
    '^.+\\.jsx?$': swc('ecmascript')
  },
  transformIgnorePatterns: [`/node_modules/(?!(${modules.join('|')}))`]
};
