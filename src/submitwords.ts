import type { TranslationBundle } from '@jupyterlab/translation';

import { doubtOf } from './doubts';
import { defaultOf, fieldOf, problemOf, textOf } from './offers';
import type { IBounds, IPossibility, Texts } from './offers';
import type { SubmitModel } from './submitmodel';
import type { IChoice, IMissing, IOfferField, IOffers } from './tokens';

/** What stands for a choice in the list. */
export function choiceWords({ value, label, note }: IChoice): string {
  return [label || value, note].filter(Boolean).join(' — ');
}

/** What the backend takes for an empty field, unless the script says another; or empty. */
export function usualWords(
  offers: IOffers,
  texts: Texts,
  field: IOfferField
): string {
  const value = defaultOf(offers, texts, field);
  const text = value === null ? '' : textOf(field, value);
  const choice = field.choices.find(one => one.value === text);
  return choice?.label ? choice.label : text;
}

/** "partition gpu, account physics": the present choices of some fields. */
export function chosenWords(
  offers: IOffers,
  texts: Texts,
  names: readonly string[]
): string {
  return names
    .map(name => {
      const field = fieldOf(offers, name);
      const value = texts[name] ?? '';
      const choice = field?.choices.find(one => one.value === value);
      const label = (field?.label ?? name).toLowerCase();
      return `${label} ${choice?.label ? choice.label : value}`;
    })
    .join(', ');
}

/** Choices that cannot be had with the present ones, by what is in the way. */
export function byHindrance(
  all: readonly IPossibility[]
): ReadonlyMap<string, readonly IPossibility[]> {
  const groups = new Map<string, IPossibility[]>();
  for (const one of all.filter(({ against }) => against.length > 0)) {
    const key = one.against.join('\n');
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return groups;
}

/** Missing choices, those with the same reason together. */
export function byReason(
  missing: readonly IMissing[]
): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>();
  for (const { value, why } of missing) {
    groups.set(why, [...(groups.get(why) ?? []), value]);
  }
  return groups;
}

/** What may be wrong unless the script says otherwise; empty: nothing. */
export function doubtWords(
  offers: IOffers,
  texts: Texts,
  field: IOfferField,
  trans: TranslationBundle
): string {
  const doubt = doubtOf(offers, texts, field);
  if (!doubt) {
    return '';
  }
  const words =
    doubt.kind === 'choice'
      ? trans.__('%1 does not go with the other choices.', doubt.value)
      : tooMuch(offers, doubt.chosen, field, doubt.bounds, trans);
  return trans.__('%1 Choose another, unless the script does.', words);
}

/** What is wrong with a field, and what would be right; empty: nothing. */
export function problemWords(
  offers: IOffers,
  texts: Texts,
  field: IOfferField,
  trans: TranslationBundle
): string {
  const problem = problemOf(offers, texts, field);
  switch (problem?.kind) {
    case undefined:
      return '';
    case 'unreadable':
      return unreadable(field, trans);
    case 'unknown':
      return trans.__('%1 is not offered.', texts[field.name] ?? '');
    case 'least':
      return trans.__('At least %1.', textOf(field, problem.bounds.least ?? 0));
    case 'most':
      return tooMuch(offers, texts, field, problem.bounds, trans);
  }
}

function unreadable(field: IOfferField, trans: TranslationBundle): string {
  switch (field.kind) {
    case 'seconds':
      return trans.__('Write a time such as 90 min, 1:30:00 or 2 d.');
    case 'bytes':
      return trans.__('Write a size such as 500 MB or 4 GB.');
    default:
      return trans.__('Write a whole number.');
  }
}

function tooMuch(
  offers: IOffers,
  texts: Texts,
  field: IOfferField,
  { most, because }: IBounds,
  trans: TranslationBundle
): string {
  const with_ = chosenWords(offers, texts, because);
  if (most === 0 && with_) {
    return trans.__('There are none with %1.', with_);
  }
  const text = textOf(field, most ?? 0);
  return with_
    ? trans.__('At most %1 with %2.', text, with_)
    : trans.__('At most %1.', text);
}

/** Why a job cannot be submitted as it is written; empty: it can. */
export function hindranceWords(
  { away, blind, offers, script, wrong }: SubmitModel,
  trans: TranslationBundle
): string {
  if (away || offers?.available === false) {
    return trans.__('This backend takes no jobs now.');
  }
  if (!offers && !blind) {
    return trans.__('It is not known yet what this backend takes.');
  }
  if (script.trim() === '') {
    return trans.__('The script is empty.');
  }
  return wrong.length > 0
    ? trans.__('Some fields are not right yet: look at their messages.')
    : '';
}

/** Why there are no fields, and what can be done all the same. */
export function troubleWords(
  { backend, away, blind, draft, offers, problem }: SubmitModel,
  trans: TranslationBundle
): string {
  const words = problem || (offers?.reason ?? '');
  if (away || !blind) {
    return [trans.__('%1 takes no jobs now.', backend), words].join(' ');
  }
  const chosen = Object.entries(draft.options ?? {})
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${name}: ${String(value)}`);
  return [
    unknownWords(backend, words, trans),
    trans.__('The job can be submitted as its script says.'),
    chosen.length > 0
      ? trans.__('What was chosen is left out: %1.', chosen.join(', '))
      : ''
  ]
    .filter(Boolean)
    .join(' ');
}

/** "What you may use of slurm is not known: ..." */
export function unknownWords(
  backend: string,
  words: string,
  trans: TranslationBundle
): string {
  const why = words.replace(/([^.!?…])$/, '$1.');
  return trans.__('What you may use of %1 is not known: %2', backend, why);
}
