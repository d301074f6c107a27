import type { Event, IConnectionStatus } from '@jupyterlab/services';
import { ServerConnection } from '@jupyterlab/services';
import { PromiseDelegate } from '@lumino/coreutils';
import type { IDisposable } from '@lumino/disposable';
import { Poll } from '@lumino/polling';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';

import type { IListing, RemoteClient } from './client';
import { CALM, setPace } from './pace';
import type { ILate, ISessionEvent, IStore } from './store';
import {
  EMPTY,
  isSessionEvent,
  replay,
  transitions,
  withEvent,
  without,
  withRecord
} from './store';
import type {
  Freshness,
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

/**
 * The mirror of the server's list. The list is the truth, events are hints:
 * they are applied when nothing is missing before them; else, after a
 * reconnect and now and then the list is asked again.
 */
export class RemoteSessions implements IRemoteSessions, IDisposable {
  constructor(private readonly _options: IRemoteSessionsOptions) {
    _options.events.stream.connect(this._onEvent, this);
    document.addEventListener('visibilitychange', this._onVisibility);
    window.addEventListener('online', this._onVisibility);
    this._poll = new Poll({
      auto: false,
      factory: () => this._relist(),
      frequency: { interval: CALM, backoff: true, max: 4 * CALM },
      name: 'jupyterlab-remote:sessions',
      standby: 'when-hidden'
    });
    void this._poll.start();
    void this.refreshApps().catch(() => undefined);
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get transition(): ISignal<this, ITransition> {
    return this._transition;
  }

  get ready(): Promise<void> {
    return this._ready.promise;
  }

  get isDisposed(): boolean {
    return this._poll.isDisposed;
  }

  get freshness(): Freshness {
    return this._freshness;
  }

  get problem(): string {
    return this._problem;
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

  get(id: string): ISession | undefined {
    return this._store.sessions.get(id);
  }

  app(name: string): IAppInfo | undefined {
    return this._apps.find(app => app.name === name);
  }

  asked(id: string): boolean {
    return this._asked.has(id);
  }

  url(id: string): string {
    return this._options.client.appUrl(id);
  }

  async start(request: IStartRequest): Promise<ISession> {
    const session = await this._options.client.start(request);
    this._record(session);
    return session;
  }

  async stop(id: string): Promise<void> {
    this._asked.add(id);
    this._record(await this._options.client.stop(id));
  }

  async rename(id: string, name: string): Promise<void> {
    this._record(await this._options.client.rename(id, name));
  }

  async purge(id: string): Promise<void> {
    await this._options.client.purge(id);
    this._update(without(this._store, id));
  }

  touch(id: string): void {
    this._touches.touch(id);
  }

  log(id: string, offset: number, limit: number): Promise<ILogChunk> {
    return this._options.client.log(id, offset, limit);
  }

  programs(): Promise<IProgram[]> {
    return this._options.client.programs();
  }

  async refresh(): Promise<void> {
    await this._poll.refresh();
    await this._poll.tick.catch(() => undefined);
    if (this._freshness !== 'fresh') {
      throw new Error(this._problem);
    }
  }

  async refreshApps(): Promise<void> {
    try {
      this._apps = await this._options.client.apps();
      this._appsMissed = false;
    } catch (error) {
      this._appsMissed = true;
      throw error;
    }
    this._changed.emit();
  }

  dispose(): void {
    if (this.isDisposed) {
      return;
    }
    document.removeEventListener('visibilitychange', this._onVisibility);
    window.removeEventListener('online', this._onVisibility);
    this._poll.dispose();
    Signal.clearData(this);
  }

  private readonly _onVisibility = (): void => {
    if (document.visibilityState === 'visible') {
      void this._poll.refresh();
    }
  };

  private readonly _onEvent = (
    _: Event.IManager,
    emission: Event.Emission
  ): void => {
    if (!isSessionEvent(emission)) {
      return;
    }
    const event = emission as unknown as ISessionEvent;
    this._late.forEach(late => late.events.push(event));
    const { store, complete } = withEvent(this._store, event);
    this._update(store);
    if (!complete && this._late.size === 0) {
      void this._poll.refresh();
    }
  };

  /** One listing; a rejection lets the poll back off. */
  private async _relist(): Promise<void> {
    if (this._options.connection?.isConnected === false) {
      this._stale('offline', '');
      return;
    }
    const late: ILate = { turn: ++this._turn, events: [], records: [] };
    this._late.add(late);
    try {
      const listing = await this._options.client.list();
      this._apply(listing, late);
    } catch (error) {
      this._failed(error);
      throw error;
    } finally {
      this._late.delete(late);
      this._ready.resolve();
    }
  }

  private _apply(listing: IListing, late: ILate): void {
    if (late.turn < this._applied) {
      return;
    }
    this._applied = late.turn;
    const { store, complete } = replay(listing, late.events);
    this._problems = listing.problems ?? [];
    this._listed(late.records.reduce(withRecord, store));
    if (!complete) {
      void this._poll.refresh();
    }
  }

  /** The list is fresh; apps that could not be listed are asked for again. */
  private _listed(store: IStore): void {
    const first = this._store === EMPTY;
    this._freshness = 'fresh';
    this._problem = '';
    if (this._appsMissed) {
      void this.refreshApps().catch(() => undefined);
    }
    this._update(store, { quiet: first });
  }

  private _failed(error: unknown): void {
    const offline = error instanceof ServerConnection.NetworkError;
    const words = error instanceof Error ? error.message : String(error);
    this._stale(offline ? 'offline' : 'error', words);
  }

  private _stale(freshness: Freshness, problem: string): void {
    this._freshness = freshness;
    this._problem = problem;
    this._changed.emit();
  }

  private _record(session: ISession): void {
    this._late.forEach(late => late.records.push(session));
    this._update(withRecord(this._store, session));
  }

  private _update(store: IStore, options: { quiet?: boolean } = {}): void {
    if (store === this._store) {
      return;
    }
    const found = options.quiet ? [] : transitions(this._store, store);
    this._store = store;
    this._all = [...store.sessions.values()]
      .filter(session => !session.spare)
      .sort((a, b) => (a.created < b.created ? 1 : -1));
    setPace(this._poll, this._all);
    this._changed.emit();
    for (const each of found.filter(({ next }) => !next?.spare)) {
      this._transition.emit(each);
    }
  }

  private _all: readonly ISession[] = [];
  private _apps: readonly IAppInfo[] = [];
  private _appsMissed = false;
  private readonly _asked = new Set<string>();
  private _freshness: Freshness = 'loading';
  private _applied = 0;
  private readonly _late = new Set<ILate>();
  private _turn = 0;
  private readonly _poll: Poll;
  private _problem = '';
  private _problems: readonly IProblem[] = [];
  private readonly _ready = new PromiseDelegate<void>();
  private _store: IStore = EMPTY;
  private readonly _touches = new Touches(id =>
    this._options.client.activity(id)
  );
  private readonly _changed = new Signal<this, void>(this);
  private readonly _transition = new Signal<this, ITransition>(this);
}

/** Options of the mirror. */
export interface IRemoteSessionsOptions {
  readonly client: RemoteClient;
  readonly events: Event.IManager;
  readonly connection?: IConnectionStatus | null;
}
