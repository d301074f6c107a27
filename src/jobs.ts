import type { Event, IConnectionStatus } from '@jupyterlab/services';

import type { IJobListing, RemoteClient } from './client';
import type { IJobEvent, IJobStore } from './jobstore';
import {
  fromJobListing,
  fromKey,
  jobEvent,
  NO_JOBS,
  withJobEvent
} from './jobstore';
import { Mirror } from './mirror';
import type { IStep } from './mirror';
import type {
  IJob,
  IJobBackend,
  ILogChunk,
  IRemoteJobs,
  IRemoteSessions,
  JobAction
} from './tokens';

/** Time between two listings in ms: events tell what happens in between. */
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

  look(): Promise<void> {
    return this._client.lookAtJobs();
  }

  act(job: IJob, action: JobAction): Promise<void> {
    return this._client.actOnJob(job, action);
  }

  log(key: string, offset: number, limit: number): Promise<ILogChunk> {
    const { backend, job_id } = fromKey(key);
    return this._client.jobLog(backend, job_id, offset, limit);
  }

  override dispose(): void {
    this._sessions.changed.disconnect(this._onSessions, this);
    super.dispose();
  }

  protected ask(): Promise<IJobListing> {
    return this._client.jobs();
  }

  protected take(listing: IJobListing): IJobStore {
    return fromJobListing(listing);
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
  private readonly _client: RemoteClient;
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
  readonly client: RemoteClient;
  readonly events: Event.IManager;
  readonly connection?: IConnectionStatus | null;
}
