import type { IJobListing } from './client';
import type { IStep } from './mirror';
import type { IJob, IJobBackend } from './tokens';

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
}

/** Nothing known yet. */
export const NO_JOBS: IJobStore = {
  jobs: new Map(),
  backends: new Map(),
  sequence: -1
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
    sequence: listing.sequence
  };
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
  const can = store.backends.get(backend)?.can ?? [];
  const backends = new Map(store.backends).set(backend, { seen, silent, can });
  return {
    store: { jobs, backends, sequence },
    complete: sequence === store.sequence + 1
  };
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
    Array.isArray(changed) &&
    Array.isArray(gone);
  return ours ? (emission as unknown as IJobEvent) : null;
}
