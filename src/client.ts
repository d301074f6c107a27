import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';

import { errorOf } from './lost';
import type {
  IAppInfo,
  ILogChunk,
  IProblem,
  IProgram,
  ISession,
  IStartRequest
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

  /** Say that a desktop will probably be started, as asked for with `options`. */
  async expect(options: IStartRequest['options']): Promise<void> {
    await this._request('POST', 'sessions/expected', { options });
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

  /** Bytes of a log; `query` is what else the request says. */
  protected async _log(
    of: string,
    offset: number,
    limit: number,
    query = ''
  ): Promise<ILogChunk> {
    const path = `${of}/log?offset=${offset}&limit=${limit}${query}`;
    const response = await this._request('GET', path);
    const bytes = new Uint8Array(await response.arrayBuffer());
    // The quotes are the header's; between them is nothing when there is no file.
    const tag = response.headers.get('ETag') ?? '';
    const file = tag.replace(/^(?:W\/)?"|"$/g, '');
    return { bytes, file, ...parseRange(response.headers, bytes.length) };
  }

  protected _url(...parts: string[]): string {
    return URLExt.join(this.settings.baseUrl, PREFIX, ...parts);
  }

  protected async _json(
    method: string,
    path: string,
    body?: unknown
  ): Promise<unknown> {
    return (await this._request(method, path, body)).json();
  }

  protected async _request(
    method: string,
    path: string,
    body?: unknown
  ): Promise<Response> {
    const init: RequestInit = { method };
    if (body !== undefined) {
      init.body = JSON.stringify(body);
    }
    return this._answer(path, init);
  }

  /** Send what is no JSON. */
  protected _bytes(
    method: string,
    path: string,
    body: Blob,
    more: Readonly<Record<string, string>> = {}
  ): Promise<Response> {
    const headers = { 'Content-Type': 'application/octet-stream', ...more };
    return this._answer(path, { method, body, headers });
  }

  private async _answer(path: string, init: RequestInit): Promise<Response> {
    const url = `${this._url()}/${path}`;
    const response = await ServerConnection.makeRequest(
      url,
      init,
      this.settings
    );
    if (!response.ok) {
      throw await errorOf(response);
    }
    return response;
  }
}

// Reads `Content-Range: bytes a-b/size`, or `bytes */size` for an empty part.
export function parseRange(
  headers: Headers,
  length: number
): Omit<ILogChunk, 'bytes' | 'file'> {
  const range = headers.get('Content-Range') ?? '';
  const match = /^bytes (?:(\d+)-(\d+)|\*)\/(\d+)$/.exec(range);
  if (!match) {
    return { start: 0, end: length, size: length };
  }
  const size = Number(match[3]);
  const start = match[1] === undefined ? size : Number(match[1]);
  return { start, end: start + length, size };
}
