import { RemoteClient } from './client';
import type {
  IEverestAccount,
  IEverestAddition,
  IEverestApp,
  IEverestAppRow,
  IEverestLogin,
  IEverestOutput,
  ISweepJob,
  ISweepRequest,
  ISweepTable,
  ISweepTrial,
  ITransfer
} from './tokens';

/** The requests about Everest; keeps nothing. `server` is an account's name. */
export class EverestClient extends RemoteClient {
  async accounts(): Promise<readonly IEverestAccount[]> {
    const answer = await this._json('GET', 'everest/servers');
    return (answer as { servers: IEverestAccount[] }).servers.map(received);
  }

  async add(account: IEverestAddition): Promise<IEverestAccount> {
    const answer = await this._json('POST', 'everest/servers', account);
    return received(answer);
  }

  /** The account, with what is wrong with server or token now. */
  async check(server: string): Promise<IEverestAccount> {
    return received(await this._json('GET', serverPath(server)));
  }

  async renew(server: string, login: IEverestLogin): Promise<IEverestAccount> {
    const answer = await this._json('PATCH', serverPath(server), login);
    return received(answer);
  }

  /**
   * Forget an account; `revoke`: and make its token worthless. Answers why that
   * could not be done, or empty.
   */
  async forget(server: string, revoke: boolean): Promise<string> {
    const path = `${serverPath(server)}?revoke=${revoke ? 1 : 0}`;
    const response = await this._request('DELETE', path);
    return response.status === 204
      ? ''
      : ((await response.json()) as { warning: string }).warning;
  }

  /** Applications whose name has these words. */
  async everestApps(
    server: string,
    search = ''
  ): Promise<readonly IEverestAppRow[]> {
    const query = new URLSearchParams({ search }).toString();
    const path = `${serverPath(server)}/apps?${query}`;
    return ((await this._json('GET', path)) as { apps: IEverestAppRow[] }).apps;
  }

  /** One application, by its id or alias. */
  async everestApp(server: string, app: string): Promise<IEverestApp> {
    const name = app.split('/').map(encodeURIComponent).join('/');
    const path = `${serverPath(server)}/apps/${name}`;
    return (await this._json('GET', path)) as IEverestApp;
  }

  /** Begin to send a file of the file browser; the result is its uri. */
  async send(server: string, path: string): Promise<ITransfer<string>> {
    const answer = await this._json('POST', `${serverPath(server)}/files`, {
      path
    });
    return answer as ITransfer<string>;
  }

  async outputs(
    server: string,
    job: string
  ): Promise<readonly IEverestOutput[]> {
    const path = `${jobPath(server, job)}/outputs`;
    const answer = await this._json('GET', path);
    return (answer as { outputs: IEverestOutput[] }).outputs;
  }

  /**
   * Begin to store output files, all when none is named, in a folder of the
   * file browser; the result is their paths.
   */
  async fetch(
    server: string,
    job: string,
    folder: string,
    names: readonly string[] = []
  ): Promise<ITransfer<readonly string[]>> {
    const path = `${jobPath(server, job)}/outputs`;
    const answer = await this._json('POST', path, { folder, names });
    return answer as ITransfer<readonly string[]>;
  }

  /** Begin to send the files of a sweep and to submit it. */
  async sweep(
    server: string,
    sweep: ISweepRequest
  ): Promise<ITransfer<ISweepJob>> {
    const path = `${serverPath(server)}/sweeps`;
    return (await this._json('POST', path, sweep)) as ITransfer<ISweepJob>;
  }

  /** Count the tasks of a sweep; nothing is submitted. */
  async tryOut(server: string, sweep: ISweepRequest): Promise<ISweepTrial> {
    const path = `${serverPath(server)}/sweeps`;
    const body = { ...sweep, test: true };
    return (await this._json('POST', path, body)) as ISweepTrial;
  }

  /**
   * Begin to unpack the results of a sweep into a new folder below `folder`;
   * `output` is a column of their table.
   */
  async unpack(
    server: string,
    job: string,
    folder: string,
    output = 'stdout'
  ): Promise<ITransfer<ISweepTable>> {
    const path = `${jobPath(server, job)}/tasks`;
    const answer = await this._json('POST', path, { folder, output });
    return answer as ITransfer<ISweepTable>;
  }

  /** How far it is. */
  async transfer<R>(id: string): Promise<ITransfer<R>> {
    return (await this._json('GET', `everest/transfers/${id}`)) as ITransfer<R>;
  }

  /** End it; that it has ended already is no error. */
  async endTransfer(id: string): Promise<void> {
    await this._request('DELETE', `everest/transfers/${id}`);
  }
}

/** The end of the token by this browser's clock, which may be wrong. */
function received(answer: unknown): IEverestAccount {
  const account = answer as IEverestAccount;
  const left = account.left ?? null;
  return { ...account, ends: left === null ? null : Date.now() + left * 1000 };
}

function serverPath(server: string): string {
  return `everest/servers/${encodeURIComponent(server)}`;
}

function jobPath(server: string, job: string): string {
  return `${serverPath(server)}/jobs/${encodeURIComponent(job)}`;
}
