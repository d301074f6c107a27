import { boundsOf, chosenOf, fits, usual, valueOf } from './offers';
import type { IBounds, Texts } from './offers';
import type { IOfferField, IOffers } from './tokens';

/** What may be wrong, if the script does not say otherwise. */
export type IDoubt =
  | { readonly kind: 'choice'; readonly value: string }
  | {
      readonly kind: 'most';
      readonly bounds: IBounds;
      /** The choices with the usual ones. */
      readonly chosen: Texts;
    };

/**
 * What is wrong unless the script chooses what is not chosen here: a number
 * that is too large for what the backend then takes, or an empty choice whose
 * usual value does not go with the others.
 */
export function doubtOf(
  offers: IOffers,
  texts: Texts,
  field: IOfferField
): IDoubt | null {
  const text = (texts[field.name] ?? '').trim();
  if (field.kind === 'choice') {
    const value = text === '' ? String(field.default ?? '') : '';
    const chosen = chosenOf(offers, texts);
    const more = { ...chosen, [field.name]: value };
    return value !== '' && fits(offers, chosen) && !fits(offers, more)
      ? { kind: 'choice', value }
      : null;
  }
  const value = valueOf(field, text);
  const all = usual(offers, texts, field.name);
  const bounds = boundsOf(offers, all, field);
  return typeof value === 'number' && value > (bounds.most ?? Infinity)
    ? { kind: 'most', bounds, chosen: all }
    : null;
}
