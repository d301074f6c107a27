import type { IAllowed, IOfferField, IOffers } from '../tokens';
import { randomFrom } from './samples';

/** A field with what a test says of it. */
export function field(
  given: Partial<IOfferField> & Pick<IOfferField, 'name' | 'kind'>
): IOfferField {
  return {
    label: given.name,
    caption: '',
    default: null,
    least: null,
    most: null,
    choices: [],
    ...given
  };
}

/** A field with these choices. */
export function choiceField(
  name: string,
  values: readonly string[]
): IOfferField {
  const choices = values.map(value => ({ value, label: '', note: '' }));
  return field({ name, kind: 'choice', choices });
}

/** Offers with what a test says of them. */
export function offersOf(given: Partial<IOffers>): IOffers {
  return {
    available: true,
    reason: '',
    fields: [],
    allowed: [],
    missing: [],
    script: '#!/bin/bash\n',
    suffixes: ['.sh'],
    ...given
  };
}

const NAMES = ['partition', 'account', 'qos'];

/** Offers with some fields of some choices, and combinations at random. */
export function randomOffers(seed: number): IOffers {
  const next = randomFrom(seed);
  const upTo = (count: number) => Math.floor(next() * count);
  const fields = NAMES.slice(0, 1 + upTo(3)).map(name =>
    choiceField(
      name,
      Array.from({ length: 1 + upTo(4) }, (_, at) => `${name}${at}`)
    )
  );
  const some = (values: readonly string[]) =>
    values.filter(() => next() < 0.35);
  const allowed = Array.from({ length: upTo(5) }, (): IAllowed => ({
    values: Object.fromEntries(
      fields
        .filter(() => next() < 0.95)
        .map(({ name, choices }) => [name, some(choices.map(c => c.value))])
        .filter(([, values]) => (values?.length ?? 0) > 0)
    ) as Record<string, string[]>,
    most: next() < 0.5 ? at(60 * (1 + upTo(9))) : {},
    default: {}
  }));
  const time = field({ name: 'time', kind: 'seconds', least: 60, most: 480 });
  return offersOf({ fields: [...fields, time], allowed });
}

function at(time: number): Record<string, number> {
  return { time };
}
