import { nullTranslator } from '@jupyterlab/translation';

import type { ISituation } from './progress';
import { framed, phaseOf, retryDelay, stepsOf } from './progress';
import { sample } from './testing/samples';
import type { State } from './tokens';

const trans = nullTranslator.load('jupyter_remote');

function situation(changes: Partial<ISituation>): ISituation {
  return {
    refused: false,
    submitted: true,
    session: sample(),
    freshness: 'fresh',
    page: 'connecting',
    ...changes
  };
}

describe('phaseOf', () => {
  it.each<[string, Partial<ISituation>]>([
    ['refused', { refused: true }],
    ['submitting', { submitted: false, session: undefined }],
    ['forgotten', { session: undefined }],
    ['connecting', { session: undefined, freshness: 'offline' }],
    ['connecting', { session: undefined, freshness: 'loading' }],
    ['connecting', { page: 'connected' }],
    ['open', { page: 'painted' }],
    ['broken', { page: 'closed' }]
  ])('%s', (phase, changes) => {
    expect(phaseOf(situation(changes))).toBe(phase);
  });

  it.each<[State, string]>([
    ['queued', 'queued'],
    ['starting', 'starting'],
    ['stopping', 'stopping'],
    ['stopped', 'ended'],
    ['failed', 'ended'],
    ['lost', 'ended']
  ])('%s, whatever the page says', (state, phase) => {
    const session = sample({ state });
    expect(phaseOf(situation({ session, page: 'painted' }))).toBe(phase);
  });
});

describe('framed', () => {
  it('loads our own page early, and foreign ones when they run', () => {
    expect(framed('starting', true)).toBe(true);
    expect(framed('starting', false)).toBe(false);
    expect(framed('connecting', false)).toBe(true);
  });

  it('never shows the page of a session that ends', () => {
    expect(framed('stopping', true)).toBe(false);
    expect(framed('ended', true)).toBe(false);
    expect(framed('submitting', true)).toBe(false);
  });
});

describe('stepsOf', () => {
  it('has one current step, done before and waiting after', () => {
    const states = stepsOf('starting', true, trans).map(step => step.state);
    expect(states).toEqual(['done', 'done', 'current', 'waiting']);
  });

  it('speaks of a queue only if there was one', () => {
    expect(stepsOf('starting', false, trans)).toHaveLength(3);
    expect(stepsOf('queued', true, trans)).toHaveLength(4);
  });

  it('is empty off the way', () => {
    expect(stepsOf('ended', false, trans)).toEqual([]);
  });
});

describe('retryDelay', () => {
  it('grows, and then leaves it to the user', () => {
    const delays = [0, 1, 2, 3, 4].map(retryDelay);
    expect(delays).toEqual([...delays].sort((a, b) => Number(a) - Number(b)));
    expect(retryDelay(5)).toBeNull();
  });
});
