import { nullTranslator } from '@jupyterlab/translation';

import { jobNews, newsBetween, newsWords, sumWords } from './jobnews';
import { job } from './testing/samples';
import type { IJob } from './tokens';

const trans = nullTranslator.load('jupyter_remote');
const queued = job({ state: 'queued', started: null });
const running = job();
const failed = job({ state: 'failed', reason: 'out of memory' });
const SINCE = Date.parse('2026-11-21T10:00:00.000Z');

describe('jobNews', () => {
  const news = (before?: IJob, after?: IJob) => jobNews(before, after, SINCE);

  it('tells starts and ends', () => {
    expect(news(queued, running)).toBe('started');
    expect(news(running, failed)).toBe('failed');
    expect(news(queued, job({ state: 'stopped' }))).toBe('ended');
    expect(news(running, undefined)).toBe('gone');
    expect(news(running, job({ state: 'stopping' }))).toBeNull();
    expect(news(job({ state: 'stopping' }), running)).toBeNull();
    expect(news(failed, undefined)).toBeNull();
    expect(news(failed, job({ state: 'stopped' }))).toBeNull();
  });

  it('does not take what is seen again for news', () => {
    expect(news(undefined, running)).toBe('started');
    const old = '2026-11-20T10:00:00.000Z';
    expect(news(undefined, job({ started: old }))).toBeNull();
    expect(news(undefined, job({ state: 'failed', ended: old }))).toBeNull();
    expect(news(undefined, queued)).toBeNull();
  });

  it('leaves sessions to their own notifications', () => {
    const list = (...jobs: IJob[]) => new Map(jobs.map(j => [j.job_id, j]));
    const session = { ...failed, job_id: '18', session: 'a' };
    const before = list(running, { ...running, job_id: '18', session: 'a' });
    const all = new Map();
    expect(newsBetween(before, list(failed, session), SINCE, all)).toEqual([
      { kind: 'failed', job: failed }
    ]);
    expect(newsBetween(before, before, SINCE, all)).toEqual([]);
  });

  it.each([
    ['answers', { seen: '2026-11-21T10:00:00.000Z', silent: '' }, 1],
    ['was not seen yet', { seen: null, silent: '' }, 0],
    ['is silent', { seen: '2026-11-21T10:00:00.000Z', silent: 'down' }, 0],
    ['is not there', null, 0]
  ])('a backend that %s', (_, known, count) => {
    const backends = new Map(
      known ? [['slurm', { ...known, can: [] }] as const] : []
    );
    const before = new Map([['slurm/17', running]]);
    const news = newsBetween(before, new Map(), SINCE, backends);
    expect(news.map(({ kind }) => kind)).toEqual(Array(count).fill('gone'));
  });
});

describe('words of news', () => {
  it('name the job and why', () => {
    expect(newsWords({ kind: 'failed', job: failed }, trans)).toBe(
      'fit failed. Out of memory'
    );
    const array = job({ tasks: 9, counts: { stopped: 7, failed: 2 } });
    expect(newsWords({ kind: 'failed', job: array }, trans)).toBe(
      'fit has ended: 2 of 9 tasks failed.'
    );
  });

  it('sum up', () => {
    const of = (kind: 'ended' | 'failed' | 'started', count: number) =>
      Array.from({ length: count }, () => ({ kind, job: running }));
    expect(sumWords(of('ended', 7), trans)).toBe('7 jobs have ended.');
    expect(sumWords([...of('ended', 7), ...of('failed', 2)], trans)).toBe(
      '9 jobs have ended, 2 of them failed.'
    );
    expect(sumWords([...of('started', 6), ...of('ended', 1)], trans)).toBe(
      '1 job has ended; 6 jobs have started.'
    );
  });
});
