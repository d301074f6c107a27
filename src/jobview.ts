import type { TranslationBundle } from '@jupyterlab/translation';

import { counts } from './jobcounts';
import { ENDED, secondsSince, sentence, stateWord } from './format';
import type { IJob, IJobBackend, JobAction } from './tokens';

/** Whether the job waits because somebody holds it. */
export function isHeld({ state, held }: IJob): boolean {
  return state === 'queued' && held;
}

/** Whether it waits for its start. */
export function waits({ state }: IJob): boolean {
  return state === 'queued' || state === 'submitting';
}

/** Whether somebody ended it before its time. */
export function wasCancelled({ word, reason }: IJob): boolean {
  return /cancel/i.test(`${word} ${reason}`);
}

/** Whether it ended well; what was cancelled did not, whatever its exit code. */
export function isDone(job: IJob): boolean {
  return job.state === 'stopped' && job.exit_code === 0 && !wasCancelled(job);
}

/** The word for a job's state. */
export function jobWord(job: IJob, trans: TranslationBundle): string {
  if (isHeld(job)) {
    return trans.__('Held');
  }
  return isDone(job) ? trans.__('Finished') : stateWord(job.state, trans);
}

/** Why it is so and, while it waits, when it is expected to start. */
export function jobReason(job: IJob, trans: TranslationBundle): string {
  const starts =
    waits(job) && job.starts
      ? trans.__('expected to start %1', timeWords(job.starts))
      : '';
  const ended = ENDED.has(job.state) && !job.reason ? endWords(job, trans) : '';
  const parts = [job.reason, ended, lineWords(job, trans), starts];
  return sentence(parts.filter(Boolean).join('; '));
}

/** How many jobs are started before it, as far as its backend can tell. */
function lineWords(job: IJob, trans: TranslationBundle): string {
  if (!waits(job) || !job.line) {
    return '';
  }
  const before = job.line - 1;
  if (job.backend === 'htcondor') {
    // A pool tells nothing about the jobs of others.
    return before === 0
      ? trans.__('the next of your own')
      : trans._n(
          '%1 of your own before it',
          '%1 of your own before it',
          before
        );
  }
  if (before === 0) {
    return trans.__('next in the queue');
  }
  return job.backend === 'local'
    ? trans._n('%1 job before it', '%1 jobs before it', before)
    : trans._n('about %1 job before it', 'about %1 jobs before it', before);
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

/** Seconds until its limit ends it; NaN when it does not run, or for ever. */
export function secondsLeft(job: IJob, now: number): number {
  const limit = job.state === 'running' ? job.time_limit : null;
  return limit === null ? NaN : Math.max(0, limit - secondsUsed(job, now));
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

/** Whether a backend was not asked yet: then it is not known that there are no jobs. */
export function isUnasked(backends: ReadonlyMap<string, IJobBackend>): boolean {
  return [...backends.values()].some(
    ({ seen, silent }) => seen === null && silent === ''
  );
}

/** The time up to which is known how a job is: when its backend is silent, not `now`. */
export function knownUntil(
  backend: IJobBackend | undefined,
  now: number
): number {
  return backend?.silent && backend.seen ? Date.parse(backend.seen) : now;
}

/** What can be done with a job, and changing it. */
export type JobDeed = JobAction | 'change';

/** Whether the deed makes sense for the job as it is. */
export function suits(
  deed: JobDeed,
  job: IJob,
  backend: IJobBackend | undefined
): boolean {
  if (!backend?.can.includes(deed)) {
    return false;
  }
  const waiting = waits(job) || (job.counts?.queued ?? 0) > 0;
  switch (deed) {
    case 'hold':
      return waiting && !isHeld(job);
    case 'release':
      return job.held || (job.counts !== null && waiting);
    case 'change':
      return waiting;
    case 'requeue':
      return (
        job.state === 'running' ||
        (ENDED.has(job.state) && backend.can.includes('requeue-ended'))
      );
    case 'delete': // a session is removed with its job
      return ENDED.has(job.state) && !job.session;
    default:
      return !ENDED.has(job.state) && job.state !== 'stopping';
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
      .concat(Object.keys(job.counts ?? {}))
      .join('\n')
      .toLowerCase();
    texts.set(job, text);
  }
  return text;
}
