import type { TranslationBundle } from '@jupyterlab/translation';

import { counts } from './jobcounts';
import { ENDED, secondsSince, sentence, stateWord } from './format';
import { keyOf } from './jobstore';
import type { IJob, IJobBackend, JobAction } from './tokens';

/** The columns of the list. */
export type Column =
  | 'name'
  | 'job_id'
  | 'backend'
  | 'state'
  | 'reason'
  | 'partition'
  | 'nodes'
  | 'used'
  | 'submitted';

/** How the list is sorted. */
export interface IOrder {
  readonly column: Column;
  readonly down: boolean;
}

/** Newest first. */
export const NEWEST: IOrder = { column: 'submitted', down: true };

/** Whether the job waits because somebody holds it. */
export function isHeld({ state, held }: IJob): boolean {
  return state === 'queued' && held;
}

/** Whether it waits for its start. */
export function waits({ state }: IJob): boolean {
  return state === 'queued' || state === 'submitting';
}

/** The word for a job's state. */
export function jobWord(job: IJob, trans: TranslationBundle): string {
  return isHeld(job) ? trans.__('Held') : stateWord(job.state, trans);
}

/** Why it is so and, while it waits, when it is expected to start. */
export function jobReason(job: IJob, trans: TranslationBundle): string {
  const starts =
    waits(job) && job.starts
      ? trans.__('expected to start %1', timeWords(job.starts))
      : '';
  const ended = ENDED.has(job.state) && !job.reason ? endWords(job, trans) : '';
  return sentence([job.reason, ended, starts].filter(Boolean).join('; '));
}

function endWords(job: IJob, trans: TranslationBundle): string {
  if (job.signal) {
    return trans.__('ended by the signal %1', job.signal);
  }
  return job.exit_code ? trans.__('exit code %1', job.exit_code) : '';
}

/** "2 running, 5 waiting". */
export function countWords(
  jobs: readonly IJob[],
  trans: TranslationBundle
): string {
  const { running, waiting } = counts(jobs);
  return trans.__('%1 running, %2 waiting', grouped(running), grouped(waiting));
}

/** A number as people read it: 10,000. */
export function grouped(count: number): string {
  return count.toLocaleString('en');
}

/** Seconds that it runs, or ran; NaN when it never started. */
export function secondsUsed(job: IJob, now: number): number {
  const end = job.ended ? Date.parse(job.ended) : now;
  return secondsSince(job.started, end);
}

/** A length of time to the second: `0:12:05`, `2 d 03:00:00`. */
export function clock(seconds: number, trans: TranslationBundle): string {
  const whole = Math.floor(seconds);
  const days = Math.floor(whole / 86400);
  const two = (value: number) => String(value).padStart(2, '0');
  const hours = Math.floor((whole % 86400) / 3600);
  const rest = `${two(Math.floor((whole % 3600) / 60))}:${two(whole % 60)}`;
  return days > 0
    ? trans.__('%1 d %2', days, `${two(hours)}:${rest}`)
    : `${hours}:${rest}`;
}

/** A limit of whole days has no hours. */
function limitWords(limit: number, trans: TranslationBundle): string {
  return limit >= 86400 && limit % 86400 === 0
    ? trans.__('%1 d', limit / 86400)
    : clock(limit, trans);
}

/** "0:12:05 / 1:00:00": time used and its limit, what there is of both. */
export function timeUsed(
  job: IJob,
  now: number,
  trans: TranslationBundle
): string {
  const used = secondsUsed(job, now);
  const limit = job.time_limit;
  return [
    Number.isNaN(used) ? (limit === null ? '' : '–') : clock(used, trans),
    limit === null ? '' : limitWords(limit, trans)
  ]
    .filter(part => part !== '')
    .join(' / ');
}

const SHORT = new Intl.DateTimeFormat(undefined, {
  month: 'short',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23'
});

const HOUR = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23'
});

/** A record's time in the user's zone: the hour, with the day unless it is today. */
export function timeWords(time: string | null, now = Date.now()): string {
  if (!time) {
    return '';
  }
  const when = new Date(time);
  const today = when.toDateString() === new Date(now).toDateString();
  return (today ? HOUR : SHORT).format(when);
}

/** Why the jobs of a backend may be out of date; empty when they are not. */
export function silence(
  backend: IJobBackend | undefined,
  trans: TranslationBundle
): string {
  if (!backend?.silent) {
    return '';
  }
  return backend.seen
    ? trans.__('last seen %1, %2', timeWords(backend.seen), backend.silent)
    : trans.__('never seen, %1', backend.silent);
}

/** The time up to which is known how a job is: when its backend is silent, not `now`. */
export function knownUntil(
  backend: IJobBackend | undefined,
  now: number
): number {
  return backend?.silent && backend.seen ? Date.parse(backend.seen) : now;
}

/** Whether the action makes sense for the job as it is. */
export function suits(
  action: JobAction,
  job: IJob,
  backend: IJobBackend | undefined
): boolean {
  if (!backend?.can.includes(action) || ENDED.has(job.state)) {
    return false;
  }
  switch (action) {
    case 'hold':
      return waits(job) && !isHeld(job);
    case 'release':
      return isHeld(job);
    case 'requeue':
      return job.state === 'running';
    default:
      return job.state !== 'stopping';
  }
}

/** Jobs in which every word of `wanted` occurs. */
export function matchingJobs(
  jobs: readonly IJob[],
  wanted: string,
  trans: TranslationBundle
): readonly IJob[] {
  const words = wanted.toLowerCase().split(/\s+/).filter(Boolean);
  return words.length === 0
    ? jobs
    : jobs.filter(job => {
        const text = textOf(job, trans);
        return words.every(word => text.includes(word));
      });
}

/** Records do not change: what they say is put together once. */
const texts = new WeakMap<IJob, string>();

function textOf(job: IJob, trans: TranslationBundle): string {
  let text = texts.get(job);
  if (text === undefined) {
    const { name, job_id, array, backend, word, reason } = job;
    const { partition, nodes, user, account, qos } = job;
    text = [name, job_id, array, backend, word, jobWord(job, trans), reason]
      .concat([partition, nodes, user, account, qos])
      .join('\n')
      .toLowerCase();
    texts.set(job, text);
  }
  return text;
}

const collator = new Intl.Collator('en', { numeric: true });

/** What runs, what waits, what is over. */
const STATES = ['running', 'starting', 'stopping', 'submitting', 'queued'];

function rankOf(job: IJob): number {
  const rank = STATES.indexOf(job.state);
  return (rank < 0 ? STATES.length : rank) * 2 + (isHeld(job) ? 1 : 0);
}

type Value = (job: IJob) => string | number;

function valueOf(column: Column, now: number): Value {
  switch (column) {
    case 'used':
      return job => secondsUsed(job, now) || -1;
    case 'submitted':
      return job => Date.parse(job.submitted ?? job.started ?? '') || -1;
    case 'state':
      return rankOf;
    default:
      return job => job[column];
  }
}

/** Sorted by a column; equal ones by id, so that rows do not jump. */
export function sorted(
  jobs: readonly IJob[],
  { column, down }: IOrder,
  now = Date.now()
): readonly IJob[] {
  const value = valueOf(column, now);
  const sign = down ? -1 : 1;
  return jobs
    .map(job => ({ job, value: value(job), key: keyOf(job) }))
    .sort((a, b) => {
      const order = compare(a.value, b.value);
      return order === 0 ? compare(b.key, a.key) : sign * order;
    })
    .map(({ job }) => job);
}

function compare(a: string | number, b: string | number): number {
  if (typeof a === 'number' && typeof b === 'number') {
    return a - b;
  }
  return a === b ? 0 : collator.compare(String(a), String(b));
}
