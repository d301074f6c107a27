import type { TranslationBundle } from '@jupyterlab/translation';

import type { ISweepDraft, ISweepRow } from './sweepdraft';
import {
  fileName,
  isBlank,
  parametersOf,
  rangeOf,
  usedIn,
  valuesIn,
  wordsIn
} from './sweepdraft';

/** A field of the form; those of a parameter have the number of its row. */
export type SweepField =
  | 'command'
  | 'parameters'
  | 'files'
  | 'wanted'
  | 'outputs'
  | `${'name' | 'values'}-${number}`;

/** What is wrong in a field. */
export interface ISweepProblem {
  readonly field: SweepField;
  readonly words: string;
  /** It is only not written yet. */
  readonly missing: boolean;
}

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** What cannot stand in a plan. */
const BAD = /[\s"'\\#$]/;

/** All that is wrong; empty: it can be counted and submitted. */
export function sweepProblems(
  draft: ISweepDraft,
  trans: TranslationBundle
): readonly ISweepProblem[] {
  const problem = (field: SweepField, words: string, missing = false) =>
    words ? [{ field, words, missing }] : [];
  const { command } = draft;
  const none = parametersOf(draft).length === 0;
  return [
    ...problem(
      'command',
      command.trim() ? '' : trans.__('A command is needed.'),
      true
    ),
    ...problem('command', unknownWords(draft, command, trans)),
    ...problem(
      'parameters',
      none ? trans.__('A sweep needs at least one parameter.') : '',
      true
    ),
    ...draft.rows.flatMap((row, index) =>
      isBlank(row)
        ? []
        : [
            ...problem(
              `name-${index}`,
              nameWords(draft, row, trans),
              row.name.trim() === ''
            ),
            ...problem(
              `values-${index}`,
              valuesWords(row, trans),
              lacksValues(row)
            )
          ]
    ),
    ...problem('files', fileWords(draft.files, trans)),
    ...problem('wanted', namesWords(draft, draft.wanted, trans)),
    ...problem('outputs', namesWords(draft, draft.outputs, trans))
  ];
}

function nameWords(
  { rows }: ISweepDraft,
  row: ISweepRow,
  trans: TranslationBundle
): string {
  const name = row.name.trim();
  if (name === '') {
    return trans.__('A name is needed.');
  }
  if (!NAME.test(name)) {
    return trans.__('A name has letters, digits and _ only.');
  }
  const same = rows.filter(other => other.name.trim() === name);
  return same.length > 1 ? trans.__('There are two of this name.') : '';
}

function lacksValues(row: ISweepRow): boolean {
  const { kind, values, from, to } = row;
  const needed = kind === 'list' ? [values] : [from, to];
  return needed.some(text => text.trim() === '');
}

function valuesWords(row: ISweepRow, trans: TranslationBundle): string {
  if (row.kind === 'list') {
    const bad = wordsIn(row.values).find(word => BAD.test(word));
    return lacksValues(row)
      ? trans.__('At least one value is needed.')
      : bad === undefined
        ? ''
        : trans.__('%1 cannot be a value: no quotes, \\, # or $.', bad);
  }
  if (lacksValues(row)) {
    return trans.__('The first and the last value are needed.');
  }
  const { from, to, step } = rangeOf(row);
  if (![from, to, step].every(Number.isFinite)) {
    return trans.__('A range has numbers only, such as 0.5.');
  }
  return Number.isNaN(valuesIn(row))
    ? trans.__('From %1 the step %2 never reaches %3.', from, step, to)
    : '';
}

/** A parameter that is used and that there is not. */
function unknownWords(
  draft: ISweepDraft,
  text: string,
  trans: TranslationBundle
): string {
  const names = parametersOf(draft).map(({ name }) => name.trim());
  const unknown = usedIn(text).find(name => !names.includes(name));
  return unknown === undefined
    ? ''
    : trans.__('There is no parameter %1.', unknown || '${}');
}

function namesWords(
  draft: ISweepDraft,
  text: string,
  trans: TranslationBundle
): string {
  const bad = wordsIn(text).find(word =>
    BAD.test(word.replace(/\$\{[^}]*\}/g, ''))
  );
  return bad === undefined
    ? unknownWords(draft, text, trans)
    : trans.__('%1 cannot be a name: no quotes, \\, # or $.', bad);
}

function fileWords(files: readonly string[], trans: TranslationBundle): string {
  const names = files.map(fileName);
  const bad = names.find(name => BAD.test(name) || name.includes(','));
  if (bad !== undefined) {
    return trans.__(
      '%1 cannot be sent: its name may have no blanks, commas, quotes, # or $.',
      bad
    );
  }
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  return twice === undefined
    ? ''
    : trans.__('Two of the files are called %1.', twice);
}

/** Parameters that neither the command nor a file's name uses. */
export function unusedParameters(draft: ISweepDraft): readonly string[] {
  const { command, wanted, outputs } = draft;
  const used = usedIn([command, wanted, outputs].join(' '));
  return parametersOf(draft)
    .map(({ name }) => name.trim())
    .filter(name => name !== '' && !used.includes(name));
}
