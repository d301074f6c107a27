import { nullTranslator } from '@jupyterlab/translation';

import type { ISweepDraft, ISweepRow } from './sweepdraft';
import {
  draftOf,
  EMPTY_DRAFT,
  EMPTY_ROW,
  firstOutput,
  sweepRequest,
  valuesIn
} from './sweepdraft';
import { sweepProblems, unusedParameters } from './sweepproblems';

const trans = nullTranslator.load('jupyter_remote');

const row = (changes: Partial<ISweepRow>): ISweepRow => ({
  ...EMPTY_ROW,
  ...changes
});

const range = (from: string, to: string, step = '') =>
  row({ name: 'X', kind: 'range', from, to, step });

const draft = (changes: Partial<ISweepDraft>): ISweepDraft => ({
  ...EMPTY_DRAFT,
  command: 'run ${X}',
  rows: [row({ name: 'X', values: '1 2' })],
  ...changes
});

describe('a draft', () => {
  it('comes back as it was kept, whatever else was kept', () => {
    const kept = draft({ server: 'mine', files: ['a/b.py'] });
    expect(draftOf(JSON.parse(JSON.stringify(kept)))).toEqual(kept);
    expect(draftOf(undefined)).toEqual(EMPTY_DRAFT);
    const strange = { rows: [3, { name: 'X', kind: 'no' }], files: [1, 'a'] };
    expect(draftOf({ ...strange, command: 7, more: 'x' })).toEqual({
      ...EMPTY_DRAFT,
      rows: [EMPTY_ROW, row({ name: 'X' })],
      files: ['a']
    });
  });
});

describe('valuesIn', () => {
  it.each([
    [row({ values: '1, 2;3  fast' }), 3],
    [row({}), 0],
    [range('1', '3'), 3],
    [range('0', '1', '0.1'), 11],
    [range('3', '1', '-1'), 3],
    [range('3', '1'), NaN],
    [range('1', '3', '0'), NaN],
    [range('', '3'), NaN],
    [range('a', '3'), NaN]
  ])('counts %j', (given, count) => {
    expect(valuesIn(given)).toBe(count);
  });
});

describe('firstOutput', () => {
  it.each([
    ['stderr stdout', 'stdout'],
    ['out_${X}.txt kept.csv other', 'kept.csv'],
    ['out_${X}.txt', 'stdout'],
    ['', 'stdout']
  ])('of %s is %s', (outputs, first) => {
    expect(firstOutput(draft({ outputs }))).toBe(first);
  });

  it('of a sweep that was not written here is what tasks print', () => {
    expect(firstOutput(null)).toBe('stdout');
  });
});

describe('sweepRequest', () => {
  it('sends lists as they were written, and every file to every task', () => {
    const files = ['work/model.py', 'in.dat'];
    const rows = [row({ name: ' X ', values: '1.50,2' }), EMPTY_ROW];
    const request = sweepRequest(draft({ rows, files, name: ' fit ' }));
    expect(request).toEqual({
      command: 'run ${X}',
      parameters: { X: ['1.50', '2'] },
      input_files: ['model.py', 'in.dat'],
      output_files: ['stdout', 'stderr'],
      files,
      name: 'fit'
    });
    const some = sweepRequest(
      draft({
        files,
        rows: [range('1', '3')],
        wanted: 'model.py',
        resources: 'r1, r2',
        app: 'me/sweeps'
      })
    );
    expect(some).toMatchObject({
      parameters: { X: { from: 1, to: 3, step: 1 } },
      input_files: ['model.py'],
      resources: ['r1', 'r2'],
      app: 'me/sweeps'
    });
  });
});

describe('sweepProblems', () => {
  const found = (changes: Partial<ISweepDraft>) =>
    sweepProblems(draft(changes), trans).map(({ field, missing }) =>
      missing ? `${field} missing` : field
    );

  it('finds nothing in what is right', () => {
    expect(found({})).toEqual([]);
    const rows = [row({ name: 'X', values: '1' }), EMPTY_ROW];
    const outputs = 'out_${X}.txt, stdout';
    expect(found({ rows, outputs, files: ['a/b.py'] })).toEqual([]);
  });

  it.each<[Partial<ISweepDraft>, string[]]>([
    [{ command: ' ' }, ['command missing']],
    [{ command: 'run ${Z}' }, ['command']],
    [{ command: 'run ${}' }, ['command']],
    [{ rows: [EMPTY_ROW], command: 'ls' }, ['parameters missing']],
    [{ rows: [row({ name: '2X', values: '1' })], command: 'ls' }, ['name-0']],
    [{ rows: [row({ values: '1' })], command: 'ls' }, ['name-0 missing']],
    [{ rows: [row({ name: 'X' })] }, ['values-0 missing']],
    [{ rows: [row({ name: 'X', values: 'a#b' })] }, ['values-0']],
    [{ rows: [range('1', '')] }, ['values-0 missing']],
    [{ rows: [range('1', 'x')] }, ['values-0']],
    [{ rows: [range('3', '1')] }, ['values-0']],
    [
      {
        rows: [row({ name: 'X', values: '1' }), row({ name: 'X', values: '2' })]
      },
      ['name-0', 'name-1']
    ],
    [{ outputs: 'out_${Z}' }, ['outputs']],
    [{ outputs: `it's` }, ['outputs']],
    [{ wanted: 'in_${Z}' }, ['wanted']],
    [{ files: ['a b.py'] }, ['files']],
    [{ files: ['a/x.py', 'b/x.py'] }, ['files']]
  ])('of %j', (changes, fields) => {
    expect(found(changes)).toEqual(fields);
  });

  it('does not count parameters that nothing uses as wrong', () => {
    const rows = [
      row({ name: 'X', values: '1' }),
      row({ name: 'Y', values: '1 2' })
    ];
    expect(found({ rows })).toEqual([]);
    expect(unusedParameters(draft({ rows }))).toEqual(['Y']);
  });
});
