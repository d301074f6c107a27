import { nullTranslator } from '@jupyterlab/translation';

import { limitsOf } from './everestlimits';
import { EMPTY_DRAFT, problemOf } from './everestports';
import { port } from './testing/everest';

const trans = nullTranslator.load('');

describe('what an input demands', () => {
  const numbers = { minimum: 0, maximum: 5 };
  const letters = { minLength: 2, maxLength: 3, pattern: '^[a-z]+$' };
  const colours = {
    type: 'array',
    items: 'string',
    items_enum: ['red', 'blue']
  };

  it.each([
    [port('a', { type: 'number', limits: numbers }), '0', ''],
    [port('a', { type: 'number', limits: numbers }), '-1', 'At least 0.'],
    [port('a', { type: 'integer', limits: numbers }), '6', 'At most 5.'],
    [port('a', { limits: letters }), 'ab', ''],
    [port('a', { limits: letters }), 'a', 'At least 2 letters.'],
    [port('a', { limits: letters }), 'abcd', 'At most 3 letters.'],
    [port('a', { limits: letters }), 'AB', 'It must match ^[a-z]+$.'],
    [port('a', { limits: { pattern: '(', minimum: 'x' } }), 'AB', ''],
    [port('a', colours), 'red\nblue', ''],
    [port('a', colours), 'red\ngreen', 'Only of these: red, blue.'],
    [port('a', { enum: ['red'] }), '"red"', ''],
    [port('a', { enum: ['red'] }), '"green"', 'Choose one of the values.'],
    [port('a', { enum: ['red'] }), 'green', 'Choose one of the values.']
  ])('%#: is said of what does not fit', (asked, text, words) => {
    const draft = { ...EMPTY_DRAFT, texts: { a: text } };
    expect(problemOf(asked, draft, trans)).toBe(words);
  });

  it('is nothing when the description says nothing', () => {
    expect(limitsOf(port('a'), trans)).toEqual([]);
  });
});
