import { newsOf } from './news';
import { sample } from './testing/samples';
import type { State } from './tokens';

describe('newsOf', () => {
  it.each<[State | null, State | null, boolean, string | null]>([
    [null, 'submitting', false, null],
    [null, 'running', false, null],
    [null, 'failed', false, null],
    ['starting', 'running', false, 'started'],
    ['running', 'running', false, null],
    ['running', 'failed', false, 'failed'],
    ['starting', 'lost', false, 'failed'],
    ['running', 'stopped', false, 'ended'],
    ['stopping', 'stopped', false, 'ended'],
    ['stopping', 'stopped', true, null],
    ['stopping', 'failed', true, null],
    ['stopped', null, false, null]
  ])('%s to %s, asked %p: %p', (from, to, asked, news) => {
    const previous = from && sample({ state: from });
    const next = to && sample({ state: to });
    expect(newsOf({ previous, next }, asked)).toBe(news);
  });
});
