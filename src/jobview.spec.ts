import { nullTranslator } from '@jupyterlab/translation';

import { counts } from './jobcounts';
import { sorted } from './joborder';
import {
  clock,
  countWords,
  isHeld,
  isUnasked,
  jobReason,
  jobWord,
  knownUntil,
  matchingJobs,
  silence,
  suits,
  timeUsed
} from './jobview';
import { job } from './testing/samples';
import type { IJobBackend } from './tokens';

const trans = nullTranslator.load('jupyter_remote');
const NOW = Date.parse('2026-11-21T10:12:08.000Z');
const held = job({
  state: 'queued',
  word: 'PENDING',
  reason: 'you hold it (JobHeldUser)',
  held: true
});
const waiting = job({ state: 'queued', word: 'PENDING', started: null });

describe('what stands before a job', () => {
  it.each([
    ['slurm', 1, 'Next in the queue'],
    ['slurm', 3, 'About 2 jobs before it'],
    ['local', 2, '1 job before it'],
    ['htcondor', 1, 'The next of your own'],
    ['htcondor', 3, '2 of your own before it']
  ])('%s, place %i: %s', (backend, line, words) => {
    const one = { ...waiting, backend, line };
    expect(jobReason(one, trans)).toBe(words);
    expect(jobReason({ ...one, state: 'running' }, trans)).toBe('');
  });
});

describe('words of a job', () => {
  it('tell a job that is held from one that waits', () => {
    expect(jobWord(waiting, trans)).toBe('Queued');
    expect(jobWord(held, trans)).toBe('Held');
    const ended = job({ state: 'stopped', exit_code: 0 });
    expect(jobWord(ended, trans)).toBe('Finished');
    expect(jobWord({ ...ended, exit_code: null }, trans)).toBe('Stopped');
    expect(jobWord({ ...ended, word: 'CANCELLED' }, trans)).toBe('Stopped');
    expect(isHeld({ ...held, state: 'running' })).toBe(false);
  });

  it('say why, and when it may start', () => {
    expect(jobReason(held, trans)).toBe('You hold it (JobHeldUser)');
    const soon = { ...waiting, starts: '2026-11-22T10:00:00.000Z' };
    expect(jobReason(soon, trans)).toMatch(/^Expected to start .+/);
    expect(jobReason({ ...soon, state: 'running' }, trans)).toBe('');
    const failed = job({ state: 'failed', exit_code: 3 });
    expect(jobReason(failed, trans)).toBe('Exit code 3');
    const killed = job({ state: 'failed', signal: 'SIGKILL' });
    expect(jobReason(killed, trans)).toContain('SIGKILL');
  });

  it('show time used and its limit', () => {
    expect(clock(5, trans)).toBe('0:00:05');
    expect(clock(90_061, trans)).toBe('1 d 01:01:01');
    expect(timeUsed(job(), NOW, trans)).toBe('0:12:05 / 1:00:00');
    expect(timeUsed(waiting, NOW, trans)).toBe('– / 1:00:00');
    expect(timeUsed({ ...waiting, time_limit: null }, NOW, trans)).toBe('');
    const days = job({ time_limit: 2 * 86_400 });
    expect(timeUsed(days, NOW, trans)).toBe('0:12:05 / 2 d');
    const ended = job({ ended: '2026-11-21T10:00:13.000Z', time_limit: null });
    expect(timeUsed(ended, NOW, trans)).toBe('0:00:10');
  });

  it('count tasks', () => {
    const all = [job(), held, { ...waiting, tasks: 9_999 }];
    expect(counts(all)).toEqual({ running: 1, waiting: 10_000 });
    expect(countWords(all, trans)).toBe('1 running, 10,000 waiting');
  });

  it('say that a backend is silent', () => {
    const backend: IJobBackend = { seen: null, silent: '', can: [] };
    expect(silence(undefined, trans)).toBe('');
    expect(silence(backend, trans)).toBe('');
    const silent = { ...backend, silent: 'timed out' };
    const asked = (one: IJobBackend) => !isUnasked(new Map([['slurm', one]]));
    expect([asked(backend), asked(silent)]).toEqual([false, true]);
    expect(silence(silent, trans)).toBe('never seen, timed out');
    const seen = '2026-11-21T10:00:00.000Z';
    expect(asked({ ...backend, seen })).toBe(true);
    expect(knownUntil({ ...silent, seen }, NOW)).toBe(Date.parse(seen));
    expect(knownUntil({ ...backend, seen }, NOW)).toBe(NOW);
    expect(silence({ ...silent, seen }, trans)).toMatch(
      /^last seen .*\d\d, timed out$/
    );
  });
});

describe('suits', () => {
  const backend: IJobBackend = {
    seen: null,
    silent: '',
    can: ['cancel', 'hold', 'release']
  };

  it('offers what the state and the backend allow', () => {
    expect(suits('hold', waiting, backend)).toBe(true);
    expect(suits('release', waiting, backend)).toBe(false);
    expect(suits('hold', held, backend)).toBe(false);
    expect(suits('release', held, backend)).toBe(true);
    expect(suits('hold', job(), backend)).toBe(false);
    expect(suits('cancel', job(), backend)).toBe(true);
    expect(suits('cancel', job({ state: 'stopping' }), backend)).toBe(false);
    expect(suits('cancel', job({ state: 'failed' }), backend)).toBe(false);
    expect(suits('hold', waiting, { ...backend, can: ['cancel'] })).toBe(false);
    expect(suits('cancel', job(), undefined)).toBe(false);
  });
});

describe('matchingJobs', () => {
  const all = [job(), { ...held, name: 'mesh', job_id: '18' }];
  const names = (wanted: string) =>
    matchingJobs(all, wanted, trans).map(({ name }) => name);

  it('wants every word, anywhere', () => {
    expect(names('')).toEqual(['fit', 'mesh']);
    expect(names('  SLURM mesh ')).toEqual(['mesh']);
    expect(names('held')).toEqual(['mesh']);
    expect(names('17')).toEqual(['fit']);
    expect(names('fit mesh')).toEqual([]);
  });
});

describe('sorted', () => {
  const a = job({ job_id: '9', name: 'b10', submitted: null, started: null });
  const b = job({ job_id: '10', name: 'b9', state: 'failed' });
  const c = { ...held, job_id: '11', name: 'a' };
  const ids = (column: Parameters<typeof sorted>[1]['column'], down = false) =>
    sorted([b, a, c], { column, down }, NOW).map(({ job_id }) => job_id);

  it('compares numbers in names as numbers', () => {
    expect(ids('job_id')).toEqual(['9', '10', '11']);
    expect(ids('job_id', true)).toEqual(['11', '10', '9']);
    expect(ids('name')).toEqual(['11', '10', '9']);
  });

  it('puts what runs before what waits and what is over', () => {
    expect(ids('state')).toEqual(['9', '11', '10']);
  });

  it('keeps equal rows in one order, newest id first', () => {
    expect(ids('backend')).toEqual(['11', '10', '9']);
    expect(ids('backend', true)).toEqual(['11', '10', '9']);
  });

  it('puts times that are missing last when newest come first', () => {
    expect(ids('submitted', true)).toEqual(['11', '10', '9']);
    expect(ids('used', true).at(-1)).toBe('9');
  });
});
