/** What a form may say: pure logic of the offers of a backend. */

import { durationText, parseDuration, parseSize, sizeText } from './durations';
import type {
  IAllowed,
  IChoice,
  IOfferField,
  IOffers,
  JobOption
} from './tokens';

/** What stands in the fields, by their names; empty: as the script or the backend says. */
export type Texts = Readonly<Record<string, string>>;

/** A choice of a field, and what of the present choices it cannot go with. */
export interface IPossibility {
  readonly choice: IChoice;
  /** Names of the fields whose present choices stand against it. */
  readonly against: readonly string[];
  /** It goes with nothing at all. */
  readonly never: boolean;
}

/** What bounds a number, and the fields whose choices make it so. */
export interface IBounds {
  readonly least: number | null;
  readonly most: number | null;
  readonly because: readonly string[];
}

/** What is wrong with a text. */
export type Problem =
  | { readonly kind: 'unreadable' }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'least'; readonly bounds: IBounds }
  | { readonly kind: 'most'; readonly bounds: IBounds };

/** The field of a name. */
export function fieldOf(
  offers: IOffers,
  name: string
): IOfferField | undefined {
  return offers.fields.find(field => field.name === name);
}

/** The choices that are made. */
export function chosenOf(offers: IOffers, texts: Texts): Texts {
  return Object.fromEntries(
    offers.fields
      .filter(({ kind }) => kind === 'choice')
      .map(({ name }) => [name, texts[name] ?? ''])
      .filter(([, value]) => value !== '')
  ) as Texts;
}

/** The combinations that contain all these choices. */
function matching(offers: IOffers, chosen: Texts): readonly IAllowed[] {
  const all = Object.entries(chosen);
  return offers.allowed.filter(({ values }) =>
    all.every(([name, value]) => values[name]?.includes(value) ?? true)
  );
}

/** Whether these choices are allowed together. */
export function fits(offers: IOffers, chosen: Texts): boolean {
  return offers.allowed.length === 0 || matching(offers, chosen).length > 0;
}

/** All choices of a field, with what stands against them. */
export function possibilities(
  offers: IOffers,
  texts: Texts,
  field: IOfferField
): readonly IPossibility[] {
  const chosen = without(chosenOf(offers, texts), [field.name]);
  return field.choices.map(choice => {
    const alone = { [field.name]: choice.value };
    if (fits(offers, { ...chosen, ...alone })) {
      return { choice, against: [], never: false };
    }
    const names = Object.keys(chosen);
    const single = names.filter(
      name => !fits(offers, { ...alone, [name]: chosen[name] ?? '' })
    );
    const never = !fits(offers, alone);
    return { choice, against: single.length > 0 ? single : names, never };
  });
}

function without(texts: Texts, names: readonly string[]): Texts {
  return Object.fromEntries(
    Object.entries(texts).filter(([name]) => !names.includes(name))
  );
}

/**
 * The fields after one of them was changed, and the names of those that were
 * emptied, because their choices are not allowed together with the new one.
 */
export function choose(
  offers: IOffers,
  texts: Texts,
  name: string,
  value: string
): { readonly texts: Texts; readonly cleared: readonly string[] } {
  const next = { ...texts, [name]: value };
  const chosen = chosenOf(offers, next);
  const first = name in chosen ? { [name]: value } : {};
  const cleared = tooMany(offers, first, chosen);
  return { texts: without(next, cleared), cleared };
}

/** Which choices cannot go with the `first` ones and those before them. */
function tooMany(offers: IOffers, first: Texts, chosen: Texts): string[] {
  let kept = first;
  return Object.keys(chosen).filter(name => {
    const more = { ...kept, [name]: chosen[name] ?? '' };
    const good = name in first || fits(offers, more);
    kept = good ? more : kept;
    return !good;
  });
}

/** The fields without what is not, or no longer, offered; and what was emptied. */
export function offered(
  offers: IOffers,
  texts: Texts
): { readonly texts: Texts; readonly cleared: readonly string[] } {
  const names = offers.fields.map(field => field.name);
  const strange = Object.keys(texts).filter(name => !names.includes(name));
  const gone = Object.entries(chosenOf(offers, texts))
    .filter(([name, value]) => !hasChoice(fieldOf(offers, name), value))
    .map(([name]) => name);
  const known = without(texts, [...strange, ...gone]);
  const more = tooMany(offers, {}, chosenOf(offers, known));
  return { texts: without(known, more), cleared: [...gone, ...more] };
}

function hasChoice(field: IOfferField | undefined, value: string): boolean {
  return field?.choices.some(choice => choice.value === value) ?? false;
}

/** The largest number that some combination with these choices allows. */
function mostWith(
  offers: IOffers,
  chosen: Texts,
  { name, most }: IOfferField
): number {
  const own = most ?? Infinity;
  const bounds = matching(offers, chosen).map(
    allowed => allowed.most[name] ?? Infinity
  );
  return bounds.length > 0 ? Math.min(own, Math.max(...bounds)) : own;
}

/** What bounds a number, given the choices. */
export function boundsOf(
  offers: IOffers,
  texts: Texts,
  field: IOfferField
): IBounds {
  const chosen = chosenOf(offers, texts);
  const most = mostWith(offers, chosen, field);
  const names = Object.keys(chosen);
  const single = names.filter(
    name => mostWith(offers, without(chosen, [name]), field) > most
  );
  const some = mostWith(offers, {}, field) > most ? names : [];
  const because = single.length > 0 ? single : some;
  return {
    least: field.least,
    most: most < Infinity ? most : null,
    because
  };
}

/**
 * The choices with what the backend takes for those that are not made, as far
 * as that is known and allowed; `but` is left as it is.
 */
export function usual(offers: IOffers, texts: Texts, but: string): Texts {
  let chosen = chosenOf(offers, texts);
  for (const field of offers.fields) {
    const { name, kind } = field;
    if (kind === 'choice' && name !== but && !(name in chosen)) {
      const value =
        agreed(matching(offers, chosen), name) ?? field.default ?? '';
      const more = { ...chosen, [name]: String(value) };
      chosen = value !== '' && fits(offers, more) ? more : chosen;
    }
  }
  return chosen;
}

/** What the backend takes when the field stays empty; null: not known. */
export function defaultOf(
  offers: IOffers,
  texts: Texts,
  field: IOfferField
): JobOption | null {
  const chosen = usual(offers, texts, field.name);
  return agreed(matching(offers, chosen), field.name) ?? field.default;
}

/** The default that all combinations have. */
function agreed(all: readonly IAllowed[], name: string): JobOption | null {
  const values = new Set(all.map(allowed => allowed.default[name] ?? null));
  const [first] = values;
  return values.size === 1 ? (first ?? null) : null;
}

/** The value in a text; null when the text is empty or cannot be read. */
export function valueOf(field: IOfferField, text: string): JobOption | null {
  const words = text.trim();
  switch (field.kind) {
    case 'seconds':
      return parseDuration(words);
    case 'bytes':
      return parseSize(words);
    case 'whole':
      return /^-?\d+$/.test(words) ? Number(words) : null;
    case 'switch':
      return words === '' ? null : words === 'true';
    default:
      return words === '' ? null : words;
  }
}

/** The text for a value; texts are left as they are, so that drafts come back. */
export function textOf(
  field: Pick<IOfferField, 'kind'>,
  value: JobOption
): string {
  if (typeof value === 'number') {
    switch (field.kind) {
      case 'seconds':
        return durationText(value);
      case 'bytes':
        return sizeText(value);
      default:
        return String(value);
    }
  }
  return String(value);
}

/** What is wrong with a field, or null. */
export function problemOf(
  offers: IOffers,
  texts: Texts,
  field: IOfferField
): Problem | null {
  const text = (texts[field.name] ?? '').trim();
  if (text === '') {
    return null;
  }
  const value = valueOf(field, text);
  if (value === null) {
    return { kind: 'unreadable' };
  }
  if (field.kind === 'choice') {
    return hasChoice(field, text) ? null : { kind: 'unknown' };
  }
  if (typeof value !== 'number') {
    return null;
  }
  const bounds = boundsOf(offers, texts, field);
  if (bounds.most !== null && value > bounds.most) {
    return { kind: 'most', bounds };
  }
  return bounds.least !== null && value < bounds.least
    ? { kind: 'least', bounds }
    : null;
}

/** Names of the fields with something wrong. */
export function problems(offers: IOffers, texts: Texts): readonly string[] {
  return offers.fields
    .filter(field => problemOf(offers, texts, field) !== null)
    .map(({ name }) => name);
}

/** What is asked for: only fields in which something stands. */
export function optionsOf(
  offers: IOffers,
  texts: Texts
): Record<string, JobOption> {
  const options: Record<string, JobOption> = {};
  for (const field of offers.fields) {
    const value = valueOf(field, texts[field.name] ?? '');
    if (value !== null) {
      options[field.name] = value;
    }
  }
  return options;
}
