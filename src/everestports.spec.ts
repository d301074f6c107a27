import { nullTranslator } from '@jupyterlab/translation';
import type { ReadonlyJSONObject } from '@lumino/coreutils';

import {
  draftFrom,
  EMPTY_DRAFT,
  faults,
  inputsOf,
  kindOf,
  pathsOf,
  problemOf,
  scriptOf
} from './everestports';
import type { IAppDraft } from './everestports';
import { withoutSecrets } from './everestsecrets';
import { application, port } from './testing/everest';

const trans = nullTranslator.load('');

const text = port('words', { required: true });
const count = port('count', { type: 'integer', required: true });
const factor = port('factor', { type: 'number', default: 0.5 });
const steps = port('steps', { type: 'integer', required: true, default: 10 });
const flag = port('switch', { type: 'boolean' });
const colour = port('colour', { enum: ['red', 'green', 3] });
const labels = port('labels', { type: 'array', items: 'string' });
const numbers = port('numbers', { type: 'array', items: 'number' });
const options = port('options', { type: 'object' });
const odd = port('odd', { type: 'matrix' });
const file = port('file', { file: true, required: true });
const files = port('files', { file: true, type: 'array' });
const app = application(
  text,
  count,
  factor,
  steps,
  flag,
  colour,
  labels,
  numbers,
  options,
  odd,
  file,
  files
);

function draft(texts: Record<string, string>, more: Partial<IAppDraft> = {}) {
  return { ...EMPTY_DRAFT, texts, ...more };
}

describe('kindOf', () => {
  it('says how an input is asked for', () => {
    expect(app.inputs.map(kindOf)).toEqual([
      'text',
      'integer',
      'number',
      'integer',
      'boolean',
      'choice',
      'lines',
      'lines',
      'json',
      'json',
      'file',
      'files'
    ]);
    expect(kindOf(port('x', { secret: true }))).toBe('secret');
    const list = { type: 'array', items: 'string', secret: true };
    expect(kindOf(port('x', list))).toBe('lines');
    expect(kindOf(port('x', { type: 'array', items: 'object' }))).toBe('json');
  });
});

describe('what is wrong', () => {
  it('is what is needed and missing, unless there is a default', () => {
    expect(faults(app, EMPTY_DRAFT, trans)).toEqual(['words', 'count', 'file']);
  });

  it.each([
    ['count', '2.5', 'Write a whole number.'],
    ['count', 'two', 'Write a whole number.'],
    ['factor', '1,5', 'Write a number, such as 2.5 or 1e-3.'],
    ['factor', 'Infinity', 'Write a number, such as 2.5 or 1e-3.'],
    ['numbers', '1\nx', 'Write a number on each line, such as 2.5 or 1e-3.'],
    ['options', '[1]', 'Write an object in JSON, such as {"a": 1}.'],
    ['options', '{', 'Write an object in JSON, such as {"a": 1}.'],
    ['factor', '1e-3', ''],
    ['numbers', '1\n\n2', ''],
    ['odd', 'anything', ''],
    ['words', 'two', '']
  ])('%s: %s', (name, written, words) => {
    const asked = app.inputs.find(one => one.name === name) ?? text;
    expect(problemOf(asked, draft({ [name]: written }), trans)).toBe(words);
  });
});

describe('what is submitted', () => {
  const full = draft(
    {
      words: ' two ',
      count: ' 7 ',
      switch: 'false',
      colour: '"green"',
      labels: 'a\n b\n',
      numbers: '1\n2.5',
      options: '{"a": 1}',
      odd: 'x'
    },
    {
      files: {
        file: [{ path: 'a.txt' }],
        files: [{ path: 'a.txt' }, { uri: '/api/files/9', name: 'nine' }]
      },
      resources: 'one, two',
      name: 'job'
    }
  );

  it('has the types that the application asks for', () => {
    expect(faults(app, full, trans)).toEqual([]);
    expect(pathsOf(app, full)).toEqual(['a.txt']);
    const uris = new Map([['a.txt', '/api/files/1']]);
    expect(inputsOf(app, full, uris)).toEqual({
      words: ' two ',
      count: 7,
      steps: 10,
      switch: false,
      colour: 'green',
      labels: ['a', ' b'],
      numbers: [1, 2.5],
      options: { a: 1 },
      odd: 'x',
      file: '/api/files/1',
      files: ['/api/files/1', '/api/files/9']
    });
    expect(JSON.parse(scriptOf(app, full, uris))).toMatchObject({
      app: 'me/app',
      resources: ['one', 'two']
    });
  });

  it('fills in a form again', () => {
    const uris = new Map([['a.txt', '/api/files/1']]);
    const text = JSON.stringify(inputsOf(app, full, uris));
    const inputs = JSON.parse(text) as ReadonlyJSONObject;
    const again = draftFrom(app, inputs).draft;
    expect(inputsOf(app, again, new Map())).toEqual(inputs);
  });
});

describe('draftFrom', () => {
  it('knows paths, addresses, and files with a name', () => {
    const given = {
      file: { uri: '/api/files/jobs/1/out', name: 'out.txt' },
      files: ['data/in.txt', 'https://host/b.txt?x=1', '/api/files/7'],
      gone: 1
    };
    const { draft: filled, unknown } = draftFrom(app, given);
    expect(filled.files).toEqual({
      file: [{ uri: '/api/files/jobs/1/out', name: 'out.txt' }],
      files: [
        { path: 'data/in.txt' },
        { uri: 'https://host/b.txt?x=1', name: 'b.txt' },
        { uri: '/api/files/7', name: '7' }
      ]
    });
    expect(unknown).toEqual(['gone']);
  });

  it('gives an address to an input that is not said to take a file', () => {
    const one = { uri: '/api/files/7', name: 'seven' };
    const { draft: filled } = draftFrom(app, { words: one, labels: [one] });
    expect(filled.texts).toEqual({
      words: '/api/files/7',
      labels: '/api/files/7'
    });
  });
});

describe('withoutSecrets', () => {
  it('keeps what is open', () => {
    const secret = { secret: true };
    const asked = application(
      text,
      port('password', secret),
      port('keys', { ...secret, type: 'array', items: 'string' }),
      port('tokens', { ...secret, type: 'object' })
    );
    const texts = { password: 'b', keys: 'c\nd', tokens: '{"e": "f"}' };
    const written = draft({ words: 'a', ...texts });
    expect(withoutSecrets(asked, written).texts).toEqual({ words: 'a' });
    const kept = (value: string) =>
      withoutSecrets(application(options), draft({ options: value })).texts;
    const open = '{ "a":  1 }';
    expect(kept(open)).toEqual({ options: open });
    expect(kept('{"token": "x"}')).toEqual({ options: '{"token":"[hidden]"}' });
    expect(kept('{"token": "x"')).toEqual({ options: '' });
    expect(kept('{"half": "x"')).toEqual({ options: '{"half": "x"' });
  });
});
