import { nullTranslator } from '@jupyterlab/translation';

import type { ISorting } from './sweeptable';
import {
  columnsOf,
  csvOf,
  nextSorting,
  resultWords,
  sortedRows
} from './sweeptable';

const trans = nullTranslator.load('jupyter_remote');

const ROWS = [
  { task: 0, X: 10, stdout: 'a, "b"\nc' },
  { task: 1, X: 9, stdout: '' },
  { task: 2, X: 'fast', stdout: 5 }
];

it('sorts numbers as numbers, texts after them, empty cells last', () => {
  const order = (sorting: ISorting) =>
    sortedRows(ROWS, sorting).map(({ task }) => task);
  expect(order({ column: '', down: false })).toEqual([0, 1, 2]);
  expect(order({ column: 'X', down: false })).toEqual([1, 0, 2]);
  expect(order({ column: 'X', down: true })).toEqual([0, 1, 2]);
  expect(order({ column: 'stdout', down: false })).toEqual([2, 0, 1]);
  expect(order({ column: 'stdout', down: true })).toEqual([2, 0, 1]);
});

it('sorts up, down, and not at all', () => {
  const up = nextSorting({ column: '', down: false }, 'X');
  const down = nextSorting(up, 'X');
  expect([up, down]).toEqual([
    { column: 'X', down: false },
    { column: 'X', down: true }
  ]);
  expect(nextSorting(down, 'X').column).toBe('');
  expect(nextSorting(down, 'Y')).toEqual({ column: 'Y', down: false });
});

it('writes CSV that others read', () => {
  expect(columnsOf(ROWS)).toEqual(['task', 'X', 'stdout']);
  expect(csvOf(ROWS)).toBe(
    'task,X,stdout\r\n0,10,"a, ""b""\nc"\r\n1,9,\r\n2,fast,5\r\n'
  );
  const uneven: Record<string, unknown>[] = [{ a: 1 }, { b: 2 }];
  expect(csvOf(uneven)).toBe('a,b\r\n1,\r\n,2\r\n');
});

it('counts what is there and what is not', () => {
  const results = {
    folder: 'f',
    table: 'table.csv',
    rows: [],
    tasks: 1200,
    listed: 0
  };
  const words = (empty: number, missing: number | null) =>
    resultWords({ ...results, empty, missing }, trans);
  expect(words(0, 0)).toBe('1,200 tasks.');
  expect(words(2, 1)).toBe(
    '1,200 tasks; 2 of them left no file; 1 is missing from the results.'
  );
  expect(words(0, null)).toBe('1,200 tasks.');
});
