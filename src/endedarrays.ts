/** Tasks of arrays that ended, listed one by one by accounting: an array as one row. Pure. */

import { keyOf } from './jobstore';
import { isDone } from './jobview';
import type { IJob, State } from './tokens';

/** The first of these that a task has is the state of its array. */
const STATES: readonly State[] = [
  'running',
  'starting',
  'stopping',
  'queued',
  'submitting',
  'lost',
  'failed',
  'stopped'
];

/** Jobs with every array as one record, and the tasks of those by its key. */
export interface ICollapsed {
  readonly jobs: readonly IJob[];
  readonly members: ReadonlyMap<string, readonly IJob[]>;
}

/** A task of which no other ended stands for itself, as does what is a whole array already. */
export function collapse(jobs: readonly IJob[]): ICollapsed {
  const whole = new Set(jobs.map(keyOf));
  const tasks = new Map<string, IJob[]>();
  for (const job of jobs) {
    const key = arrayKey(job);
    const known = tasks.get(key);
    if (known) {
      known.push(job);
    } else if (key && !whole.has(key)) {
      tasks.set(key, [job]);
    }
  }
  const members = new Map([...tasks].filter(([, some]) => some.length > 1));
  const shown = jobs.flatMap(job => {
    const some = members.get(arrayKey(job));
    return some ? (some[0] === job ? [asOne(some)] : []) : [job];
  });
  return { jobs: shown, members };
}

function arrayKey({ backend, array, job_id }: IJob): string {
  return array && array !== job_id ? keyOf({ backend, job_id: array }) : '';
}

/** One record for tasks of an array. */
function asOne(tasks: readonly IJob[]): IJob {
  const counts: Partial<Record<State, number>> = {};
  for (const { state, tasks: count } of tasks) {
    counts[state] = (counts[state] ?? 0) + count;
  }
  const state = STATES.find(each => counts[each]) ?? 'stopped';
  const alike = tasks.filter(task => task.state === state);
  const [first] = tasks as [IJob];
  return {
    ...first,
    job_id: first.array,
    state,
    word: common(alike, 'word'),
    reason: common(alike, 'reason'),
    exit_code: null,
    signal: null,
    memory: null,
    partition: common(tasks, 'partition'),
    nodes: common(tasks, 'nodes'),
    tasks: sum(tasks),
    counts,
    well: sum(tasks.filter(task => isDone(task) && task.started !== null)),
    submitted: ends(tasks, 'submitted')[0] ?? null,
    started: ends(tasks, 'started')[0] ?? null,
    ended: ends(tasks, 'ended').at(-1) ?? null
  };
}

function sum(tasks: readonly IJob[]): number {
  return tasks.reduce((count, task) => count + task.tasks, 0);
}

/** What all have in common; empty when they differ. */
function common(
  tasks: readonly IJob[],
  field: 'word' | 'reason' | 'partition' | 'nodes'
): string {
  const [first, ...others] = new Set(tasks.map(task => task[field]));
  return others.length === 0 ? (first ?? '') : '';
}

/** Times that are known, in their order. */
function ends(
  tasks: readonly IJob[],
  field: 'submitted' | 'started' | 'ended'
): readonly string[] {
  return tasks
    .map(task => task[field])
    .filter(time => time !== null)
    .sort();
}
