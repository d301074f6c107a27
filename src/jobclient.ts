import { RemoteClient } from './client';
import type { ITable } from './jobtable';
import { fromTable } from './jobtable';
import type {
  IEndedJobs,
  IEverybodysJobs,
  IJob,
  IJobBackend,
  IJobInFull,
  IJobRequest,
  ILogChunk,
  IOffers,
  ITrendPoint,
  ITrial,
  JobAction,
  JobOption,
  JobStream
} from './tokens';

/** How fresh the list is at the server. */
export interface IJobFreshness {
  readonly sequence: number;
  readonly backends: Readonly<Record<string, IJobBackend>>;
}

/** The list of jobs and the number of the last change it contains. */
export interface IJobListing extends IJobFreshness {
  readonly jobs: readonly IJob[];
  readonly trend: readonly ITrendPoint[];
  readonly roots: readonly string[];
}

/** An answer whose jobs came as a table. */
type Tabled<T> = Omit<T, 'jobs'> & { readonly jobs: ITable };

/** The requests about jobs; keeps nothing. */
export class JobClient extends RemoteClient {
  jobs(): Promise<IJobListing> {
    return this._table<IJobListing>('jobs');
  }

  async look(slow: boolean): Promise<IJobFreshness> {
    return (await this._json('POST', 'jobs/look', { slow })) as IJobFreshness;
  }

  async submit(request: IJobRequest): Promise<{
    readonly backend: string;
    readonly job_id: string;
  }> {
    return (await this._json('POST', 'jobs', request)) as {
      backend: string;
      job_id: string;
    };
  }

  async test(request: IJobRequest): Promise<ITrial> {
    return (await this._json('POST', 'jobs/test', request)) as ITrial;
  }

  async offers(backend: string): Promise<IOffers> {
    const path = `backends/${encodeURIComponent(backend)}/offers`;
    return (await this._json('GET', path)) as IOffers;
  }

  async act(backend: string, id: string, action: JobAction): Promise<void> {
    const path = jobPath(backend, id);
    await (action === 'cancel'
      ? this._request('DELETE', path)
      : this._request('POST', `${path}/${action}`, {}));
  }

  async change(
    backend: string,
    id: string,
    options: Readonly<Record<string, JobOption>>
  ): Promise<void> {
    await this._request('PATCH', jobPath(backend, id), { options });
  }

  async details(backend: string, id: string): Promise<IJobInFull> {
    return (await this._json('GET', jobPath(backend, id))) as IJobInFull;
  }

  async tasks(backend: string, id: string): Promise<readonly IJob[]> {
    const path = `${jobPath(backend, id)}/tasks`;
    return (await this._table<{ jobs: readonly IJob[] }>(path)).jobs;
  }

  ended(days: number): Promise<IEndedJobs> {
    return this._table<IEndedJobs>(`jobs/ended?days=${days}`);
  }

  everybody(): Promise<IEverybodysJobs> {
    return this._table<IEverybodysJobs>('jobs/everybody');
  }

  jobLog(
    backend: string,
    id: string,
    offset: number,
    limit: number,
    stream: JobStream
  ): Promise<ILogChunk> {
    const path = jobPath(backend, id);
    return this._log(path, offset, limit, `&stream=${stream}`);
  }

  private async _table<T extends { readonly jobs: readonly IJob[] }>(
    path: string
  ): Promise<T> {
    const answer = (await this._json('GET', path)) as Tabled<T>;
    return { ...answer, jobs: fromTable(answer.jobs) } as unknown as T;
  }
}

/** Ids of jobs are the backend's own: `17_[1-9]`. */
function jobPath(backend: string, id: string): string {
  return `jobs/${encodeURIComponent(backend)}/${encodeURIComponent(id)}`;
}
