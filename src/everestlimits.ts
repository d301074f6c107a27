/** What the description of an input demands besides its type. Pure. */
import type { TranslationBundle } from '@jupyterlab/translation';

import type { IEverestPort } from './tokens';

/** A demand. */
export interface ILimit {
  readonly words: string;
  /** Whether a value meets it. */
  readonly met: (value: unknown) => boolean;
}

/** All demands that can be understood. */
export function limitsOf(
  { limits = {}, enum: values, items_enum }: IEverestPort,
  trans: TranslationBundle
): readonly ILimit[] {
  const { minimum, maximum, minLength, maxLength, pattern } = limits;
  return [
    ...bound(minimum, low => ({
      words: trans.__('At least %1.', low),
      met: value => typeof value !== 'number' || value >= low
    })),
    ...bound(maximum, high => ({
      words: trans.__('At most %1.', high),
      met: value => typeof value !== 'number' || value <= high
    })),
    ...bound(minLength, low => ({
      words: trans._n('At least %1 letter.', 'At least %1 letters.', low),
      met: value => typeof value !== 'string' || Array.from(value).length >= low
    })),
    ...bound(maxLength, high => ({
      words: trans._n('At most %1 letter.', 'At most %1 letters.', high),
      met: value =>
        typeof value !== 'string' || Array.from(value).length <= high
    })),
    ...looks(pattern, trans),
    ...choice(values ?? [], trans),
    ...items(items_enum ?? [], trans)
  ];
}

function bound(
  given: unknown,
  limit: (given: number) => ILimit
): readonly ILimit[] {
  return typeof given === 'number' ? [limit(given)] : [];
}

/** A pattern that browsers do not understand demands nothing here. */
function looks(given: unknown, trans: TranslationBundle): readonly ILimit[] {
  if (typeof given !== 'string' || given === '') {
    return [];
  }
  try {
    const pattern = new RegExp(given, 'u');
    const words = trans.__('It must match %1.', given);
    const met = (value: unknown) =>
      typeof value !== 'string' || pattern.test(value);
    return [{ words, met }];
  } catch {
    return [];
  }
}

function choice(
  allowed: readonly unknown[],
  trans: TranslationBundle
): readonly ILimit[] {
  const known = new Set(allowed.map(one => JSON.stringify(one)));
  const words = trans.__('Choose one of the values.');
  const met = (value: unknown) => known.has(JSON.stringify(value));
  return allowed.length > 0 ? [{ words, met }] : [];
}

/** The values that what a list has may have. */
function items(
  allowed: readonly unknown[],
  trans: TranslationBundle
): readonly ILimit[] {
  const known = new Set(allowed.map(one => JSON.stringify(one)));
  const texts = allowed.map(one =>
    typeof one === 'string' ? one : JSON.stringify(one)
  );
  const words = trans.__('Only of these: %1.', texts.join(', '));
  const met = (value: unknown) =>
    !Array.isArray(value) || value.every(one => known.has(JSON.stringify(one)));
  return allowed.length > 0 ? [{ words, met }] : [];
}
