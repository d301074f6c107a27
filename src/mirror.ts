import type { Event, IConnectionStatus } from '@jupyterlab/services';
import { ServerConnection } from '@jupyterlab/services';
import { PromiseDelegate } from '@lumino/coreutils';
import type { IDisposable } from '@lumino/disposable';
import { Poll } from '@lumino/polling';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';

import type { Freshness } from './tokens';

/** A list, or a change of it, with its place in the row of changes. */
export interface INumbered {
  readonly sequence: number;
}

/** A list after a change; `complete` is false when only a listing tells. */
export interface IStep<S> {
  readonly store: S;
  readonly complete: boolean;
}

/** A list, and the events that arrived while it was on its way. */
export function catchUp<S extends INumbered, E extends INumbered>(
  listed: S,
  events: readonly E[],
  step: (store: S, event: E) => IStep<S>
): IStep<S> {
  let store = listed;
  let complete = true;
  for (const event of events) {
    if (event.sequence > store.sequence) {
      const next = step(store, event);
      store = next.store;
      complete = complete && next.complete;
    }
  }
  return { store, complete };
}

/** What arrived while listing number `turn` was on its way. */
interface ILate<S, E> {
  readonly turn: number;
  readonly events: E[];
  readonly amendments: ((store: S) => S)[];
}

/**
 * The mirror of a list of the server. The list is the truth, events are hints:
 * they are applied when nothing is missing before them; else, after a
 * reconnect and now and then, unless it is `confirm`ed, it is asked again.
 */
export abstract class Mirror<
  S extends INumbered,
  L,
  E extends INumbered
> implements IDisposable {
  /** `open` begins to list. */
  constructor(
    private readonly _options: IMirrorOptions,
    private _store: S
  ) {
    const { calm, name } = _options;
    this.poll = new Poll({
      auto: false,
      factory: () => (this._needless ? Promise.resolve() : this._relist()),
      frequency: { interval: calm, backoff: true, max: 4 * calm },
      name,
      // A hidden page tells news too: what it surely lacks it asks for.
      standby: () => (this._due ? 'never' : 'when-hidden')
    });
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get ready(): Promise<void> {
    return this._ready.promise;
  }

  get isDisposed(): boolean {
    return this.poll.isDisposed;
  }

  get freshness(): Freshness {
    return this._freshness;
  }

  get problem(): string {
    return this._problem;
  }

  /** Begin to list and to listen; only the first call counts. */
  open(): void {
    if (this._opened) {
      return;
    }
    this._opened = true;
    this._options.events.stream.connect(this._onEvent, this);
    document.addEventListener('visibilitychange', this._onVisibility);
    window.addEventListener('online', this._onVisibility);
    void this.poll.start();
  }

  async refresh(): Promise<void> {
    await this.again();
    await this.poll.tick.catch(() => undefined);
    if (this._freshness !== 'fresh') {
      throw new Error(this._problem);
    }
  }

  dispose(): void {
    if (this.isDisposed) {
      return;
    }
    document.removeEventListener('visibilitychange', this._onVisibility);
    window.removeEventListener('online', this._onVisibility);
    this.poll.dispose();
    Signal.clearData(this);
  }

  protected readonly poll: Poll;

  protected get store(): S {
    return this._store;
  }

  /** Ask the server for the list. */
  protected abstract ask(): Promise<L>;

  /** A listing that counts. */
  protected abstract take(listing: L): S;

  /** The event in an emission, or null when it is none of this list. */
  protected abstract read(emission: Event.Emission): E | null;

  protected abstract step(store: S, event: E): IStep<S>;

  /** The list is another one; `listed`: because of a listing. */
  protected abstract updated(before: S, listed: boolean): void;

  /** List now; what runs may be too old, and is followed by another one. */
  protected async again(): Promise<void> {
    if (this._listing) {
      this._wanted += 1;
      return;
    }
    this._due = true;
    // `poll.refresh` does nothing right after a listing that it began.
    const interval = Poll.IMMEDIATE;
    await this.poll.schedule({ interval, phase: 'refreshed' });
  }

  /** The server says whether nothing is missing: then no listing is needed. */
  protected confirm(current: boolean): void {
    this._confirmed = current ? Date.now() : -Infinity;
  }

  protected emitChanged(): void {
    this._changed.emit();
  }

  /** A change that listings on their way may lack. */
  protected amend(amendment: (store: S) => S): void {
    this._late.forEach(late => late.amendments.push(amendment));
    this.update(amendment(this._store));
  }

  protected update(store: S, listed = false): void {
    const before = this._store;
    if (store !== before) {
      this._store = store;
      this.updated(before, listed);
    }
  }

  private readonly _onVisibility = (): void => {
    if (document.visibilityState === 'visible') {
      void this.again();
    }
  };

  private readonly _onEvent = (
    _: Event.IManager,
    emission: Event.Emission
  ): void => {
    const event = this.read(emission);
    if (!event) {
      return;
    }
    this._late.forEach(late => late.events.push(event));
    const { store, complete } = this.step(this._store, event);
    this.update(store);
    if (!complete && this._late.size === 0) {
      void this.again();
    }
  };

  /** List until nobody asks for more; a rejection lets the poll back off. */
  private async _relist(): Promise<void> {
    this._listing = true;
    this._due = false;
    try {
      let wanted: number;
      do {
        wanted = this._wanted;
        await this._list();
      } while (wanted !== this._wanted && !this.isDisposed);
    } finally {
      this._listing = false;
    }
  }

  /** Whether nobody asked for a listing, and it would say nothing new. */
  private get _needless(): boolean {
    const sure = Date.now() - this._confirmed < this._options.calm;
    const online = this._options.connection?.isConnected !== false;
    return sure && online && !this._due && this._freshness === 'fresh';
  }

  private async _list(): Promise<void> {
    if (this._options.connection?.isConnected === false) {
      this._stale('offline', '');
      return;
    }
    const turn = ++this._turn;
    const late: ILate<S, E> = { turn, events: [], amendments: [] };
    this._late.add(late);
    try {
      this._apply(await this.ask(), late);
    } catch (error) {
      this._failed(error);
      throw error;
    } finally {
      this._late.delete(late);
      this._ready.resolve();
    }
  }

  private _apply(listing: L, late: ILate<S, E>): void {
    if (late.turn < this._applied) {
      return;
    }
    this._applied = late.turn;
    this._freshness = 'fresh';
    this._problem = '';
    const { store, complete } = catchUp(
      this.take(listing),
      late.events,
      (before, event) => this.step(before, event)
    );
    this.update(
      late.amendments.reduce((before, amend) => amend(before), store),
      true
    );
    if (!complete) {
      void this.again();
    }
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

  private _applied = 0;
  private _confirmed = -Infinity;
  private _due = false;
  private _freshness: Freshness = 'loading';
  private readonly _late = new Set<ILate<S, E>>();
  private _listing = false;
  private _opened = false;
  private _problem = '';
  private readonly _ready = new PromiseDelegate<void>();
  private _turn = 0;
  /** How often a listing was wanted while one was under way. */
  private _wanted = 0;
  private readonly _changed = new Signal<this, void>(this);
}

/** Options of a mirror. */
export interface IMirrorOptions {
  readonly events: Event.IManager;
  readonly connection?: IConnectionStatus | null;
  /** Name of its poll. */
  readonly name: string;
  /** Time between two listings, in ms. */
  readonly calm: number;
}
