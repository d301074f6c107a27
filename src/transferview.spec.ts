import { nullTranslator } from '@jupyterlab/translation';

import type { ITransfer } from './tokens';
import { amountWords, bytesWords, failureWords, partOf } from './transferview';

const trans = nullTranslator.load('jupyter_remote');

function transfer(changes: Partial<ITransfer>): ITransfer {
  const nothing = { done: 0, total: -1, result: null, error: '' };
  return { id: 'a', name: 'a', state: 'running', ...nothing, ...changes };
}

it('says how far a transfer is, as far as it is known', () => {
  const half = transfer({ done: 1_500_000, total: 3_000_000 });
  expect(partOf(half)).toBe(0.5);
  expect(amountWords(half, trans)).toBe('1.5 of 3 MB');
  const open = transfer({ done: 2_000 });
  expect(partOf(open)).toBeNull();
  expect(amountWords(open, trans)).toBe('2 kB so far');
  expect(amountWords(transfer({}), trans)).toBe('');
  expect(partOf(transfer({ done: 5, total: 4 }))).toBe(1);
  expect(bytesWords(0)).toBe('0 B');
});

it('says why it did not come to its end', () => {
  expect(failureWords(transfer({ state: 'done' }), trans)).toBe('');
  const failed = transfer({ state: 'failed', error: 'the disk is full' });
  expect(failureWords(failed, trans)).toBe('The disk is full.');
  const cancelled = transfer({ state: 'cancelled' });
  expect(failureWords(cancelled, trans)).toBe('It was cancelled.');
});
