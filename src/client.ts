import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';

import type {
  IAppInfo,
  IJob,
  IJobBackend,
  ILogChunk,
  IProblem,
  IProgram,
  ISession,
  IStartRequest,
  JobAction
} from './tokens';

/** Where the server's part of this project answers, below the base URL. */
const PREFIX = 'jupyter-remote';

/** The list of sessions and the number of the last change it contains. */
export interface IListing {
  readonly sessions: readonly ISession[];
  readonly sequence: number;
  /** Records that the server cannot read. */
  readonly problems?: readonly IProblem[];
}

/** The list of jobs and the number of the last change it contains. */
export interface IJobListing {
  readonly jobs: readonly IJob[];
  readonly sequence: number;
  readonly backends: Readonly<Record<string, IJobBackend>>;
}

/** One method per request of the REST API; keeps nothing. */
export class RemoteClient {
  constructor(readonly settings: ServerConnection.ISettings) {}

  /** The URL of the app of a session, with its trailing slash. */
  appUrl(id: string): string {
    return `${this._url('s', id)}/`;
  }

  async list(): Promise<IListing> {
    return (await this._json('GET', 'sessions')) as IListing;
  }

  async start(request: IStartRequest): Promise<ISession> {
    return (await this._json('POST', 'sessions', request)) as ISession;
  }

  async stop(id: string): Promise<ISession> {
    return (await this._json('DELETE', `sessions/${id}`)) as ISession;
  }

  async rename(id: string, name: string): Promise<ISession> {
    return (await this._json('PATCH', `sessions/${id}`, { name })) as ISession;
  }

  async purge(id: string): Promise<void> {
    await this._request('DELETE', `sessions/${id}?purge=1`);
  }

  async activity(id: string): Promise<void> {
    await this._request('POST', `sessions/${id}/activity`, {});
  }

  async apps(): Promise<IAppInfo[]> {
    return ((await this._json('GET', 'apps')) as { apps: IAppInfo[] }).apps;
  }

  async programs(): Promise<IProgram[]> {
    const answer = await this._json('GET', 'programs');
    return (answer as { programs: IProgram[] }).programs;
  }

  log(id: string, offset: number, limit: number): Promise<ILogChunk> {
    return this._log(`sessions/${id}`, offset, limit);
  }

  async jobs(): Promise<IJobListing> {
    return (await this._json('GET', 'jobs')) as IJobListing;
  }

  async lookAtJobs(): Promise<void> {
    await this._request('POST', 'jobs/look', {});
  }

  async actOnJob(job: IJob, action: JobAction): Promise<void> {
    const path = jobPath(job.backend, job.job_id);
    await (action === 'cancel'
      ? this._request('DELETE', path)
      : this._request('POST', `${path}/${action}`, {}));
  }

  jobLog(
    backend: string,
    id: string,
    offset: number,
    limit: number
  ): Promise<ILogChunk> {
    return this._log(jobPath(backend, id), offset, limit);
  }

  private async _log(
    of: string,
    offset: number,
    limit: number
  ): Promise<ILogChunk> {
    const path = `${of}/log?offset=${offset}&limit=${limit}`;
    const response = await this._request('GET', path);
    const bytes = new Uint8Array(await response.arrayBuffer());
    return { bytes, ...parseRange(response.headers, bytes.length) };
  }

  private _url(...parts: string[]): string {
    return URLExt.join(this.settings.baseUrl, PREFIX, ...parts);
  }

  private async _json(
    method: string,
    path: string,
    body?: unknown
  ): Promise<unknown> {
    return (await this._request(method, path, body)).json();
  }

  private async _request(
    method: string,
    path: string,
    body?: unknown
  ): Promise<Response> {
    const init: RequestInit = { method };
    if (body !== undefined) {
      init.body = JSON.stringify(body);
    }
    const url = `${this._url()}/${path}`;
    const { makeRequest, ResponseError } = ServerConnection;
    const response = await makeRequest(url, init, this.settings);
    if (!response.ok) {
      throw await ResponseError.create(response);
    }
    return response;
  }
}

/** Ids of jobs are the backend's own: `17_[1-9]`. */
function jobPath(backend: string, id: string): string {
  return `jobs/${encodeURIComponent(backend)}/${encodeURIComponent(id)}`;
}

// Reads `Content-Range: bytes a-b/size`, or `bytes */size` for an empty part.
export function parseRange(
  headers: Headers,
  length: number
): Omit<ILogChunk, 'bytes'> {
  const range = headers.get('Content-Range') ?? '';
  const match = /^bytes (?:(\d+)-(\d+)|\*)\/(\d+)$/.exec(range);
  if (!match) {
    return { start: 0, end: length, size: length };
  }
  const size = Number(match[3]);
  const start = match[1] === undefined ? size : Number(match[1]);
  return { start, end: start + length, size };
}
