import type { TranslationBundle } from '@jupyterlab/translation';

import { sizeIn, sizeUnit } from './durations';
import { fullSentence } from './format';
import type { ITransfer } from './tokens';

/** How far a transfer is, 0 to 1; null: not known. */
export function partOf({ done, total }: ITransfer): number | null {
  return total > 0 ? Math.min(1, done / total) : null;
}

/** "1.2 of 3 MB", "1.2 MB so far". */
export function amountWords(
  { done, total }: ITransfer,
  trans: TranslationBundle
): string {
  if (total > 0) {
    const unit = sizeUnit(total);
    return trans.__(
      '%1 of %2 %3',
      sizeIn(done, unit),
      sizeIn(total, unit),
      unit
    );
  }
  return done > 0 ? trans.__('%1 so far', bytesWords(done)) : '';
}

/** Bytes, rounded: `2.1 MB`. */
export function bytesWords(count: number): string {
  const unit = sizeUnit(count);
  return `${sizeIn(count, unit)} ${unit}`;
}

/** Why a transfer did not come to its end; empty: it did, or goes on. */
export function failureWords(
  { state, error }: ITransfer,
  trans: TranslationBundle
): string {
  if (state === 'cancelled') {
    return trans.__('It was cancelled.');
  }
  return state === 'failed' ? fullSentence(error) : '';
}
