import type { Event, IConnectionStatus } from '@jupyterlab/services';

import type { IJobListing, JobClient } from './jobclient';
import type { IJobEvent, IJobStore } from './jobstore';
import {
  allSeen,
  fromJobListing,
  fromKey,
  jobEvent,
  keyOf,
  NO_JOBS,
  withFreshness,
  withJobEvent,
  withUnseen
} from './jobstore';
import { Mirror } from './mirror';
import type { IStep } from './mirror';
import type {
  IEndedJobs,
  IEverybodysJobs,
  IJob,
  IJobBackend,
  IJobInFull,
  IJobRequest,
  ILogChunk,
  IOffers,
  IRemoteJobs,
  IRemoteSessions,
  ITrendPoint,
  ITrial,
  JobAction,
  JobOption,
  JobStream
} from './tokens';

/**
 * Time between two listings in ms. Events tell what happens in between; while
 * somebody looks, the server says that none is missing, and nothing is listed.
 */
const CALM = 60_000;

/** The mirror of the user's jobs; silent until somebody opens it. */
export class Jobs
  extends Mirror<IJobStore, IJobListing, IJobEvent>
  implements IRemoteJobs
{
  constructor(options: IJobsOptions) {
    super({ ...options, name: 'jupyterlab-remote:jobs', calm: CALM }, NO_JOBS);
    this._client = options.client;
    this._sessions = options.sessions;
    this._sessions.changed.connect(this._onSessions, this);
  }

  get all(): readonly IJob[] {
    return this._all;
  }

  get backends(): ReadonlyMap<string, IJobBackend> {
    return this.store.backends;
  }

  get(key: string): IJob | undefined {
    return this._jobs.get(key);
  }

  get roots(): readonly string[] {
    return this.store.roots;
  }

  get trend(): readonly ITrendPoint[] {
    return this.store.trend;
  }

  async look(slow = false): Promise<void> {
    this.confirm(await this._look(slow));
  }

  /** Tell that somebody looks; answers whether all changes are in the list. */
  private async _look(slow: boolean): Promise<boolean> {
    const fresh = await this._client.look(slow).catch((error: unknown) => {
      this.confirm(false);
      throw error;
    });
    if (fresh.sequence > this.store.sequence) {
      await this.again(); // an event was lost
    }
    if (fresh.sequence !== this.store.sequence) {
      return false;
    }
    this.update(withFreshness(this.store, fresh));
    return allSeen(this.store);
  }

  act(job: IJob, action: JobAction): Promise<void> {
    return this._client.act(job.backend, job.job_id, action);
  }

  change(
    job: IJob,
    options: Readonly<Record<string, JobOption>>
  ): Promise<void> {
    return this._client.change(job.backend, job.job_id, options);
  }

  async submit(request: IJobRequest): Promise<string> {
    return keyOf(await this._client.submit(request));
  }

  test(request: IJobRequest): Promise<ITrial> {
    return this._client.test(request);
  }

  offers(backend: string): Promise<IOffers> {
    return this._client.offers(backend);
  }

  details(key: string): Promise<IJobInFull> {
    const { backend, job_id } = fromKey(key);
    return this._client.details(backend, job_id);
  }

  tasks(key: string): Promise<readonly IJob[]> {
    const { backend, job_id } = fromKey(key);
    return this._client.tasks(backend, job_id);
  }

  ended(days: number): Promise<IEndedJobs> {
    return this._client.ended(days);
  }

  everybody(): Promise<IEverybodysJobs> {
    return this._client.everybody();
  }

  log(
    key: string,
    offset: number,
    limit: number,
    stream: JobStream = 'stdout'
  ): Promise<ILogChunk> {
    const { backend, job_id } = fromKey(key);
    return this._client.jobLog(backend, job_id, offset, limit, stream);
  }

  override dispose(): void {
    this._sessions.changed.disconnect(this._onSessions, this);
    super.dispose();
  }

  protected ask(): Promise<IJobListing> {
    return this._client.jobs();
  }

  protected take(listing: IJobListing): IJobStore {
    return withUnseen(fromJobListing(listing), this.store);
  }

  protected read(emission: Event.Emission): IJobEvent | null {
    return jobEvent(emission);
  }

  protected step(store: IJobStore, event: IJobEvent): IStep<IJobStore> {
    return withJobEvent(store, event);
  }

  protected updated(): void {
    this._jobs = new Map(
      [...this.store.jobs].map(([key, job]) => [key, this._named(job)])
    );
    this._all = [...this._jobs.values()];
    this.emitChanged();
  }

  /** A job that is one of our sessions has the name that people gave it. */
  private _named(job: IJob): IJob {
    const name = job.session && this._sessions.get(job.session)?.name;
    return name && name !== job.name ? { ...job, name } : job;
  }

  private readonly _onSessions = (): void => {
    if (this._all.some(job => this._named(job) !== job)) {
      this.updated();
    }
  };

  private _all: readonly IJob[] = [];
  private readonly _client: JobClient;
  private _jobs: ReadonlyMap<string, IJob> = new Map();
  private readonly _sessions: INames;
}

/** The names of our sessions. */
type INames = Pick<IRemoteSessions, 'changed'> & {
  get(id: string): { readonly name: string } | undefined;
};

/** Options of the mirror. */
export interface IJobsOptions {
  readonly sessions: INames;
  readonly client: JobClient;
  readonly events: Event.IManager;
  readonly connection?: IConnectionStatus | null;
}
