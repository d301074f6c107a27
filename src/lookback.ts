/** Figures of jobs that ended: how long they waited and ran, and how they ended. Pure. */

import type { TranslationBundle } from '@jupyterlab/translation';

import { duration } from './format';
import { wasCancelled } from './jobview';
import type { IJob } from './tokens';

/** How a job ended; `stopped`: by somebody, before its time; `unknown`: nothing tells. */
export type Outcome = 'succeeded' | 'failed' | 'stopped' | 'unknown';

export function outcomeOf(job: IJob): Outcome {
  if (job.state !== 'stopped') {
    return job.state === 'lost' ? 'unknown' : 'failed';
  }
  const well = job.started !== null && !job.signal && job.exit_code === 0;
  return well && !wasCancelled(job) ? 'succeeded' : 'stopped';
}

/** Seconds between two times; NaN when one is not known. */
function between(first: string | null, second: string | null): number {
  const seconds =
    first && second ? Date.parse(second) - Date.parse(first) : NaN;
  return Math.max(0, seconds) / 1000;
}

/** Seconds from the submit to the start. */
export function waitedOf({ submitted, started }: IJob): number {
  return between(submitted, started);
}

/** Seconds from the start to the end. */
export function ranOf({ started, ended }: IJob): number {
  return between(started, ended);
}

/** Times of jobs, sorted; seconds. */
export interface ITimes {
  readonly all: readonly number[];
  readonly median: number;
  /** Nine of ten are not longer. */
  readonly ninety: number;
}

function timesOf(jobs: readonly IJob[], of: (job: IJob) => number): ITimes {
  const all = jobs
    .map(of)
    .filter(seconds => !Number.isNaN(seconds))
    .sort((a, b) => a - b);
  return { all, median: quantile(all, 0.5), ninety: quantile(all, 0.9) };
}

/** The smallest of sorted numbers that is not below `part` of them; NaN of none. */
export function quantile(sorted: readonly number[], part: number): number {
  const at = Math.max(0, Math.ceil(part * sorted.length) - 1);
  return sorted[at] ?? NaN;
}

/** Jobs of one place and their figures. */
export interface IGroup {
  /** Backend and partition; empty: all that have no line of their own. */
  readonly name: string;
  readonly count: number;
  readonly outcomes: Readonly<Record<Outcome, number>>;
  readonly waited: ITimes;
  readonly ran: ITimes;
}

/** So many places have a line of their own. */
const MOST = 6;

function groupOf(name: string, jobs: readonly IJob[]): IGroup {
  return {
    name,
    count: jobs.length,
    outcomes: outcomes(jobs),
    waited: timesOf(jobs, waitedOf),
    ran: timesOf(jobs, ranOf)
  };
}

/** The places with the most jobs first; the rest together. */
export function groupsOf(jobs: readonly IJob[]): readonly IGroup[] {
  const places = new Map<string, IJob[]>();
  for (const job of jobs) {
    const name = [job.backend, job.partition].filter(Boolean).join(' / ');
    const there = places.get(name);
    if (there) {
      there.push(job);
    } else {
      places.set(name, [job]);
    }
  }
  const all = [...places].sort(([a, x], [b, y]) =>
    x.length === y.length ? a.localeCompare(b) : y.length - x.length
  );
  const shown = all.length > MOST + 1 ? MOST : all.length;
  const rest = all.slice(shown).flatMap(([, some]) => some);
  const groups = all.slice(0, shown).map(([name, some]) => groupOf(name, some));
  return rest.length > 0 ? [...groups, groupOf('', rest)] : groups;
}

export function outcomes(
  jobs: readonly IJob[]
): Readonly<Record<Outcome, number>> {
  const count = { succeeded: 0, failed: 0, stopped: 0, unknown: 0 };
  for (const job of jobs) {
    for (const [outcome, tasks] of tasksOf(job)) {
      count[outcome] += tasks;
    }
  }
  return count;
}

/** An array has no exit code of its own: its tasks say how they ended. Those that stopped did
 * well or were cancelled, and it is not guessed which. */
function tasksOf(job: IJob): readonly (readonly [Outcome, number])[] {
  const { counts, well } = job;
  if (!counts) {
    return [[outcomeOf(job), job.tasks]];
  }
  const { stopped = 0, failed = 0, lost = 0, ...others } = counts;
  const rest = Object.values(others).reduce((sum, tasks) => sum + tasks, 0);
  const ended: readonly (readonly [Outcome, number])[] =
    well === null
      ? [['unknown', stopped]]
      : [
          ['succeeded', well],
          ['stopped', stopped - well]
        ];
  return [...ended, ['failed', failed], ['unknown', lost], ['stopped', rest]];
}

/** "92 of 100 succeeded (92 %), 5 failed, 3 were stopped". */
export function outcomeWords(
  { succeeded, failed, stopped, unknown }: Readonly<Record<Outcome, number>>,
  trans: TranslationBundle
): string {
  const count = succeeded + failed + stopped + unknown;
  const percent = Math.floor((100 * succeeded) / Math.max(1, count));
  return [
    trans.__('%1 of %2 succeeded (%3 %)', succeeded, count, percent),
    failed > 0 ? trans.__('%1 failed', failed) : '',
    stopped > 0 ? trans._n('%1 was stopped', '%1 were stopped', stopped) : '',
    unknown > 0 ? trans.__('of %1 it is not known', unknown) : ''
  ]
    .filter(Boolean)
    .join(', ');
}

/** "half in 3 min, 90 % in 2 h". */
export function timesWords(
  { all, median, ninety }: ITimes,
  trans: TranslationBundle
): string {
  return all.length === 0
    ? '–'
    : trans.__(
        'half in %1, 90 % in %2',
        duration(median, trans),
        duration(ninety, trans)
      );
}

/** The scale of the charts, seconds: 1 s to 30 d, in equal factors. */
const LONGEST = 30 * 86_400;

/** Where a time stands on the scale, 0 to 1. */
export function placeOf(seconds: number): number {
  const clamped = Math.min(LONGEST, Math.max(1, seconds));
  return Math.log(clamped) / Math.log(LONGEST);
}

/** Marks of the scale. */
export const MARKS = [1, 60, 3_600, 86_400] as const;

/** How many times lie in each of `bins` equal parts of the scale. */
export function histogram(
  times: readonly number[],
  bins: number
): readonly number[] {
  const counts = new Array<number>(bins).fill(0);
  for (const seconds of times) {
    const bin = Math.min(bins - 1, Math.floor(placeOf(seconds) * bins));
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return counts;
}
