import type { Event, IConnectionStatus } from '@jupyterlab/services';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';

import type { IListing, RemoteClient } from './client';
import { Mirror } from './mirror';
import type { IStep } from './mirror';
import { CALM, setPace } from './pace';
import type { ISessionEvent, IStore } from './store';
import {
  EMPTY,
  fromListing,
  isSessionEvent,
  transitions,
  withEvent,
  without,
  withRecord
} from './store';
import type {
  IAppInfo,
  ILogChunk,
  IProblem,
  IProgram,
  IRemoteSessions,
  ISession,
  IStartRequest,
  ITransition
} from './tokens';
import { Touches } from './touch';

/** The mirror of the user's sessions. */
export class RemoteSessions
  extends Mirror<IStore, IListing, ISessionEvent>
  implements IRemoteSessions
{
  constructor(options: IRemoteSessionsOptions) {
    const name = 'jupyterlab-remote:sessions';
    super({ ...options, name, calm: CALM }, EMPTY);
    this._client = options.client;
    this._touches = new Touches(id => this._client.activity(id));
    this.open();
    void this.refreshApps().catch(() => undefined);
  }

  get transition(): ISignal<this, ITransition> {
    return this._transition;
  }

  get all(): readonly ISession[] {
    return this._all;
  }

  get apps(): readonly IAppInfo[] {
    return this._apps;
  }

  get problems(): readonly IProblem[] {
    return this._problems;
  }

  get spares(): readonly ISession[] {
    return this._spares;
  }

  get(id: string): ISession | undefined {
    return this.store.sessions.get(id);
  }

  app(name: string): IAppInfo | undefined {
    return this._apps.find(app => app.name === name);
  }

  asked(id: string): boolean {
    return this._asked.has(id);
  }

  url(id: string): string {
    return this._client.appUrl(id);
  }

  async start(request: IStartRequest): Promise<ISession> {
    await this._expected; // what was begun for this is to be known by now
    const session = await this._client.start(request);
    this._record(session);
    return session;
  }

  expect(options: IStartRequest['options']): Promise<void> {
    this._expected = this._client.expect(options).catch(() => undefined);
    return this._expected;
  }

  async stop(id: string): Promise<void> {
    this._asked.add(id);
    this._record(await this._client.stop(id));
  }

  async rename(id: string, name: string): Promise<void> {
    this._record(await this._client.rename(id, name));
  }

  async purge(id: string): Promise<void> {
    await this._client.purge(id);
    this.update(without(this.store, id));
  }

  touch(id: string): void {
    this._touches.touch(id);
  }

  log(id: string, offset: number, limit: number): Promise<ILogChunk> {
    return this._client.log(id, offset, limit);
  }

  programs(): Promise<IProgram[]> {
    return this._client.programs();
  }

  async refreshApps(): Promise<void> {
    try {
      this._apps = await this._client.apps();
      this._appsMissed = false;
    } catch (error) {
      this._appsMissed = true;
      throw error;
    }
    this.emitChanged();
  }

  protected ask(): Promise<IListing> {
    return this._client.list();
  }

  /** Apps that could not be listed are asked for again. */
  protected take(listing: IListing): IStore {
    this._problems = listing.problems ?? [];
    if (this._appsMissed) {
      void this.refreshApps().catch(() => undefined);
    }
    return fromListing(listing);
  }

  protected read(emission: Event.Emission): ISessionEvent | null {
    return isSessionEvent(emission)
      ? (emission as unknown as ISessionEvent)
      : null;
  }

  protected step(store: IStore, event: ISessionEvent): IStep<IStore> {
    return withEvent(store, event);
  }

  protected updated(before: IStore, listed: boolean): void {
    const first = listed && before === EMPTY;
    const found = first ? [] : transitions(before, this.store);
    const all = [...this.store.sessions.values()];
    this._all = all
      .filter(session => !session.spare)
      .sort((a, b) => (a.created < b.created ? 1 : -1));
    this._spares = all.filter(session => session.spare);
    setPace(this.poll, this._all);
    this.emitChanged();
    for (const each of found) {
      this._transition.emit(each);
    }
  }

  private _record(session: ISession): void {
    this.amend(store => withRecord(store, session));
  }

  private _all: readonly ISession[] = [];
  private _apps: readonly IAppInfo[] = [];
  private _appsMissed = false;
  private readonly _asked = new Set<string>();
  private readonly _client: RemoteClient;
  private _expected: Promise<void> = Promise.resolve();
  private _problems: readonly IProblem[] = [];
  private _spares: readonly ISession[] = [];
  private readonly _touches: Touches;
  private readonly _transition = new Signal<this, ITransition>(this);
}

/** Options of the mirror. */
export interface IRemoteSessionsOptions {
  readonly client: RemoteClient;
  readonly events: Event.IManager;
  readonly connection?: IConnectionStatus | null;
}
