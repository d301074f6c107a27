import { keyOf } from './jobstore';
import { isHeld, secondsLeft, secondsUsed, waits } from './jobview';
import type { IJob } from './tokens';

/** The columns of the list; those that are fields of a job have their name. */
export type Column =
  | 'name'
  | 'job_id'
  | 'backend'
  | 'state'
  | 'reason'
  | 'partition'
  | 'nodes'
  | 'used'
  | 'submitted'
  | 'left'
  | 'starts'
  | 'line'
  | 'cpus'
  | 'memory'
  | 'user'
  | 'account'
  | 'qos';

/** How the list is sorted. */
export interface IOrder {
  readonly column: Column;
  readonly down: boolean;
}

/** Newest first. */
export const NEWEST: IOrder = { column: 'submitted', down: true };

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
    case 'left':
      return job => finite(secondsLeft(job, now));
    case 'submitted':
      return job => Date.parse(job.submitted ?? job.started ?? '') || -1;
    case 'starts':
      return job => finite(waits(job) ? Date.parse(job.starts ?? '') : NaN);
    case 'line':
      return job => job.line ?? Infinity;
    case 'state':
      return rankOf;
    default:
      return job => job[column] ?? -1;
  }
}

/** What is not known comes after what is. */
function finite(value: number): number {
  return Number.isNaN(value) ? Infinity : value;
}

/**
 * Sorted by a column; equal ones by id, so that rows do not jump: newest
 * first, members of an array in its order.
 */
export function sorted(
  jobs: readonly IJob[],
  { column, down }: IOrder,
  now = Date.now(),
  members = false
): readonly IJob[] {
  const value = valueOf(column, now);
  const sign = down ? -1 : 1;
  const bySign = members ? -1 : 1;
  return jobs
    .map(job => ({ job, value: value(job), key: keyOf(job) }))
    .sort((a, b) => {
      const order = compare(a.value, b.value);
      return order === 0 ? bySign * compare(b.key, a.key) : sign * order;
    })
    .map(({ job }) => job);
}

function compare(a: string | number, b: string | number): number {
  if (typeof a === 'number' && typeof b === 'number') {
    return a === b ? 0 : a - b;
  }
  return a === b ? 0 : collator.compare(String(a), String(b));
}
