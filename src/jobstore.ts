import { JSONExt } from '@lumino/coreutils';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';

import type { IJobFreshness, IJobListing } from './jobclient';
import type { ITable } from './jobtable';
import { fromTable } from './jobtable';
import { counts } from './jobcounts';
import type { IStep } from './mirror';
import type { IJob, IJobBackend, ITrendPoint } from './tokens';

/** Identity of the Jupyter event that carries changed jobs. */
export const JOB_SCHEMA = 'https://schema.jupyter.org/jupyter_remote/job/v1';

/** What one observation of a backend changed. */
export interface IJobEvent {
  readonly sequence: number;
  readonly backend: string;
  readonly changed: readonly IJob[];
  /** Ids of jobs that the backend no longer knows. */
  readonly gone: readonly string[];
  readonly seen: string | null;
  readonly silent: string;
}

/** What is known of the list; a value, never changed in place. */
export interface IJobStore {
  readonly jobs: ReadonlyMap<string, IJob>;
  readonly backends: ReadonlyMap<string, IJobBackend>;
  readonly sequence: number;
  readonly trend: readonly ITrendPoint[];
  /** Paths of the top of Lab's file browser. */
  readonly roots: readonly string[];
}

/** Points of the trend that are kept. */
const TREND = 240;

/** Nothing known yet. */
export const NO_JOBS: IJobStore = {
  jobs: new Map(),
  backends: new Map(),
  sequence: -1,
  trend: [],
  roots: []
};

/** What a job is known by in the page. */
export function keyOf(job: Pick<IJob, 'backend' | 'job_id'>): string {
  return `${job.backend}/${job.job_id}`;
}

/** Backend and id in a key; names of backends have no slash. */
export function fromKey(key: string): { backend: string; job_id: string } {
  const end = key.indexOf('/');
  return { backend: key.slice(0, end), job_id: key.slice(end + 1) };
}

/** What the server lists. */
export function fromJobListing(listing: IJobListing): IJobStore {
  return {
    jobs: new Map(listing.jobs.map(job => [keyOf(job), job])),
    backends: new Map(Object.entries(listing.backends)),
    sequence: listing.sequence,
    trend: listing.trend,
    roots: listing.roots
  };
}

/**
 * A listing as it counts: the jobs of a backend that the server has not seen
 * yet, because it was just started anew, stand as they were known before; so
 * do those of one that it does not know (yet), until the listing after that.
 */
export function withUnseen(listed: IJobStore, before: IJobStore): IJobStore {
  const unseen = (backend: string): boolean => {
    const known = listed.backends.get(backend);
    return known ? known.seen === null : before.backends.has(backend);
  };
  const stand = [...before.jobs].filter(
    ([key, { backend }]) => !listed.jobs.has(key) && unseen(backend)
  );
  return stand.length === 0
    ? listed
    : { ...listed, jobs: new Map([...listed.jobs, ...stand]) };
}

/** The list after an event; old news are in it already. */
export function withJobEvent(
  store: IJobStore,
  event: IJobEvent
): IStep<IJobStore> {
  const { sequence, backend, changed, gone, seen, silent } = event;
  if (sequence <= store.sequence) {
    return { store, complete: true };
  }
  const jobs = new Map(store.jobs);
  changed.forEach(job => jobs.set(keyOf(job), job));
  gone.forEach(job_id => jobs.delete(keyOf({ backend, job_id })));
  const known = store.backends.get(backend);
  const { can = [], suffixes } = known ?? {};
  // What went before the server first saw the backend, no event tells.
  const stood =
    (known?.seen ?? null) === null &&
    seen !== null &&
    [...store.jobs.values()].some(job => job.backend === backend);
  const backends = new Map(store.backends).set(backend, {
    ...{ seen, silent, can },
    ...(suffixes && { suffixes })
  });
  const trend = withCounts(store.trend, jobs);
  return {
    store: { ...store, jobs, backends, sequence, trend },
    complete: sequence === store.sequence + 1 && !stood
  };
}

function withCounts(
  trend: readonly ITrendPoint[],
  jobs: ReadonlyMap<string, IJob>
): readonly ITrendPoint[] {
  const { running, waiting } = counts([...jobs.values()]);
  const last = trend.at(-1);
  return last?.[1] === running && last[2] === waiting
    ? trend
    : [...trend.slice(1 - TREND), [Date.now(), running, waiting]];
}

/** The list when the server said how fresh it is; the same list when that is known. */
export function withFreshness(
  store: IJobStore,
  { backends }: IJobFreshness
): IJobStore {
  const plain = (value: unknown) => value as ReadonlyPartialJSONObject;
  const known = Object.fromEntries(store.backends);
  return JSONExt.deepEqual(plain(known), plain(backends))
    ? store
    : { ...store, backends: new Map(Object.entries(backends)) };
}

/** Whether the server has seen every job of the list itself: none only stands. */
export function allSeen({ jobs, backends }: IJobStore): boolean {
  const seen = (backend: string) =>
    (backends.get(backend)?.seen ?? null) !== null;
  return [...new Set([...jobs.values()].map(job => job.backend))].every(seen);
}

/** The event in an emission of Jupyter's event stream, or null. */
export function jobEvent(
  emission: Readonly<Record<string, unknown>>
): IJobEvent | null {
  const { schema_id, sequence, backend, changed, gone } = emission;
  const ours =
    schema_id === JOB_SCHEMA &&
    typeof sequence === 'number' &&
    typeof backend === 'string' &&
    typeof changed === 'object' &&
    changed !== null &&
    Array.isArray(gone);
  return ours
    ? ({
        ...emission,
        changed: fromTable(changed as ITable)
      } as unknown as IJobEvent)
    : null;
}
