import { nullTranslator } from '@jupyterlab/translation';

import {
  groupsOf,
  histogram,
  outcomeOf,
  outcomes,
  outcomeWords,
  placeOf,
  quantile,
  timesWords
} from './lookback';
import { job as sampleJob, randomFrom } from './testing/samples';

const trans = nullTranslator.load('jupyter_remote');

const START = Date.parse('2026-11-21T10:00:00Z');
const at = (seconds: number) => new Date(START + seconds * 1000).toISOString();

function ended(waited: number, ran: number, more = {}) {
  return sampleJob({
    state: 'stopped',
    word: 'COMPLETED',
    exit_code: 0,
    submitted: at(0),
    started: at(waited),
    ended: at(waited + ran),
    ...more
  });
}

describe('outcomes', () => {
  it.each([
    [{}, 'succeeded'],
    [{ state: 'failed', exit_code: 3 }, 'failed'],
    [{ state: 'lost' }, 'unknown'],
    [{ word: 'CANCELLED by 1000' }, 'stopped'],
    [{ exit_code: null, signal: 'SIGTERM' }, 'stopped'],
    [{ started: null }, 'stopped']
  ])('%j: %s', (more, outcome) => {
    expect(outcomeOf(ended(1, 1, more))).toBe(outcome);
  });

  it('are those of the tasks of an array', () => {
    const counts = { stopped: 7, failed: 2, lost: 1, queued: 3 };
    const array = { exit_code: null, word: '', counts };
    const cut = ended(1, 1, { ...array, well: 5 });
    expect(outcomes([ended(1, 1), cut])).toEqual({
      succeeded: 6,
      failed: 2,
      stopped: 5,
      unknown: 1
    });
    expect(outcomes([ended(1, 1, { ...array, well: null })])).toEqual({
      succeeded: 0,
      failed: 2,
      stopped: 3,
      unknown: 8
    });
  });

  it('are said in words', () => {
    const count = { succeeded: 199, failed: 1, stopped: 0, unknown: 0 };
    expect(outcomeWords(count, trans)).toBe(
      '199 of 200 succeeded (99 %), 1 failed'
    );
    const vague = { succeeded: 1, failed: 0, stopped: 2, unknown: 1 };
    expect(outcomeWords(vague, trans)).toBe(
      '1 of 4 succeeded (25 %), 2 were stopped, of 1 it is not known'
    );
  });
});

describe('quantile', () => {
  it('is what so many are not longer than', () => {
    const next = randomFrom(4);
    for (let turn = 0; turn < 300; turn += 1) {
      const all = Array.from({ length: 1 + Math.floor(next() * 30) }, () =>
        Math.floor(next() * 20)
      ).sort((a, b) => a - b);
      const part = next();
      const value = quantile(all, part);
      const below = (limit: number) => all.filter(x => x <= limit).length;
      expect(below(value)).toBeGreaterThanOrEqual(part * all.length);
      expect(all.filter(x => x < value).length).toBeLessThan(
        Math.max(part * all.length, 1e-9)
      );
    }
    expect(quantile([], 0.5)).toBeNaN();
  });
});

describe('groups', () => {
  it('are the places with the most jobs, and the rest', () => {
    const jobs = Array.from({ length: 10 }, (_, place) =>
      Array.from({ length: 10 - place }, () =>
        ended(60, 3600, { partition: `p${place}` })
      )
    ).flat();
    const groups = groupsOf(jobs);
    expect(groups.map(({ count }) => count)).toEqual([10, 9, 8, 7, 6, 5, 10]);
    expect(groups[0]?.name).toMatch(/ \/ p0$/);
    expect(groups[6]?.name).toBe('');
    expect(groups[0]?.waited).toMatchObject({ median: 60, ninety: 60 });
    expect(groups[0]?.ran.median).toBe(3600);
  });

  it('leave out what is not known', () => {
    const [group] = groupsOf([ended(5, 9), ended(7, 9, { started: null })]);
    expect(group?.waited.all).toEqual([5]);
    expect(timesWords(group?.waited ?? neverTimes, trans)).toBe(
      'half in 5 s, 90 % in 5 s'
    );
    expect(timesWords(neverTimes, trans)).toBe('–');
  });
});

const neverTimes = { all: [], median: NaN, ninety: NaN };

describe('histogram', () => {
  it('loses no time, however long', () => {
    const next = randomFrom(5);
    const times = Array.from({ length: 500 }, () => 10 ** (next() * 9 - 1));
    const counts = histogram([0, ...times], 24);
    expect(counts).toHaveLength(24);
    expect(counts.reduce((a, b) => a + b)).toBe(501);
    expect(placeOf(0)).toBe(0);
    expect(placeOf(1e9)).toBe(1);
    expect(placeOf(60)).toBeLessThan(placeOf(61));
  });
});
