/** The server that Playwright starts. */
export const BASE = `http://127.0.0.1:${process.env['JUPYTER_REMOTE_UI_PORT'] ?? ''}`;

/** The part of a session's record that the tests look at. */
export interface IRecord {
  readonly id: string;
  readonly name: string;
  readonly app: string;
  readonly state: string;
  readonly spare: boolean;
  readonly options: Readonly<Record<string, unknown>>;
  readonly reason: string;
  readonly clients: number;
  readonly memory: number | null;
  readonly exit_code: number | null;
}

const OVER = ['stopped', 'failed', 'lost'];

/** The REST API, as a script of the user would use it. */
export class Rest {
  constructor(private readonly _server: string) {}

  async list(): Promise<IRecord[]> {
    const answer = await this._json<{ sessions: IRecord[] }>('GET', 'sessions');
    return answer.sessions;
  }

  async start(
    app: string,
    options: Record<string, unknown> = {},
    name?: string
  ): Promise<IRecord> {
    return this._json('POST', 'sessions', { app, options, name });
  }

  /** Start an app and wait until it runs. */
  async running(
    app: string,
    options: Record<string, unknown> = {},
    name?: string
  ): Promise<IRecord> {
    const { id } = await this.start(app, options, name);
    return this.until(id, 'running');
  }

  async get(id: string): Promise<IRecord> {
    return this._json('GET', `sessions/${id}`);
  }

  async stop(id: string): Promise<void> {
    await this._json('DELETE', `sessions/${id}`);
  }

  /** Wait for one of the states. */
  async until(id: string, ...states: string[]): Promise<IRecord> {
    const deadline = Date.now() + 45_000;
    for (;;) {
      const record = await this.get(id);
      if (states.includes(record.state)) {
        return record;
      }
      if (Date.now() > deadline || OVER.includes(record.state)) {
        throw new Error(`${record.name} is ${record.state}: ${record.reason}`);
      }
      await new Promise(resolve => setTimeout(resolve, 100));
    }
  }

  /** The log of a session, from its beginning. */
  async log(id: string): Promise<string> {
    return (await this._request('GET', `sessions/${id}/log?offset=0`)).text();
  }

  /** Stop and forget all sessions but these. */
  async clear(kept: readonly string[] = []): Promise<void> {
    const all = (await this.list()).filter(({ id }) => !kept.includes(id));
    await Promise.all(all.map(({ id }) => this.stop(id)));
    for (const { id } of all) {
      await this.until(id, ...OVER);
      await this._request('DELETE', `sessions/${id}?purge=1`);
    }
  }

  private async _json<T>(
    method: string,
    path: string,
    body?: unknown
  ): Promise<T> {
    return (await (await this._request(method, path, body)).json()) as T;
  }

  private async _request(
    method: string,
    path: string,
    body?: unknown
  ): Promise<Response> {
    const answer = await fetch(`${this._server}/jupyter-remote/${path}`, {
      method,
      body: body === undefined ? undefined : JSON.stringify(body)
    });
    if (!answer.ok) {
      throw new Error(`${method} ${path}: ${await answer.text()}`);
    }
    return answer;
  }
}
