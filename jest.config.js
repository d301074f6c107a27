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

module.exports = {
  ...base(__dirname),
  reporters: ['default'],
  testRegex: 'src/.*\\.spec\\.tsx?$',
  roots: ['<rootDir>/src'],
  transformIgnorePatterns: [`/node_modules/(?!(${modules.join('|')}))`]
};
