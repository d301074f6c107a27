import { VDomModel } from '@jupyterlab/ui-components';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';

import { plainText, sentence, shorten } from './format';
import type { PageStatus, Quality } from './messages';
import type { Phase } from './progress';
import { framed, phaseOf, retryDelay } from './progress';
import type { IRemoteSessions, ISession, IStartRequest } from './tokens';

/** Apps whose page is ours: it loads before they run and says when it painted. */
const DESKTOPS = new Set(['desktop', 'program']);

/** Bytes of the log shown when a session ended. */
const TAIL = 8_192;

/** Whether the app's page is our desktop page. */
export function isDesktop(app: string): boolean {
  return DESKTOPS.has(app);
}

/** What a tab of a session knows; made with an id, or to start a new session. */
export class TabModel extends VDomModel {
  constructor(private readonly _options: ITabModelOptions) {
    super();
    this.app = _options.app;
    this.layout = _options.layout ?? '';
    this.quality = _options.quality ?? 'auto';
    this._id = _options.id ?? '';
    this._name = _options.name ?? '';
    this._onSessions();
    _options.sessions.changed.connect(this._onSessions, this);
  }

  readonly app: string;

  /** Forced keyboard layout; empty: automatic. */
  layout: string;

  quality: Quality;

  /** When the way to the open session began, in ms. */
  began = Date.now();

  /** It waited in a queue on that way. */
  queued = false;

  /** Why the session could not be started. */
  problem = '';

  /** The end of the log of an ended session. */
  tail = '';

  /** Whether keys go to the session. */
  captured = false;

  /** Emitted when the page shall be loaded again. */
  get reloadNeeded(): ISignal<this, void> {
    return this._reloadNeeded;
  }

  /** Emitted when what is kept over a page reload changed. */
  get kept(): ISignal<this, void> {
    return this._kept;
  }

  get id(): string {
    return this._id;
  }

  get phase(): Phase {
    return this._phase;
  }

  /** The record, also after it was forgotten. */
  get session(): ISession | undefined {
    return this._session;
  }

  get name(): string {
    const title =
      this._options.sessions.app(this.app)?.title ?? sentence(this.app);
    return this._session?.name ?? (this._name || this._command || title);
  }

  /** The connection stands, and a program without a desktop behind it shows no window yet. */
  get windowless(): boolean {
    const single = this.app === 'program';
    return single && this._phase === 'connecting' && this._page === 'connected';
  }

  /** What the frame shall show; empty: nothing. */
  get url(): string {
    return framed(this._phase, isDesktop(this.app))
      ? this._options.sessions.url(this._id)
      : '';
  }

  /** Ask the server for a new session and show it here. */
  async start(request: IStartRequest): Promise<void> {
    this._reset();
    this._request = request;
    this._name = request.name ?? '';
    this._set('submitting');
    const { sessions } = this._options;
    this._before = new Set(sessions.all.map(({ id }) => id));
    const asked = sessions.start(request);
    this._answered = asked.catch(() => undefined);
    try {
      const session = await asked;
      if (this._cancelled) {
        await this._options.sessions.stop(session.id);
        return;
      }
      this._id = session.id;
      this._kept.emit();
    } catch (error) {
      this.problem = error instanceof Error ? error.message : String(error);
    }
    this._before = null;
    this._onSessions();
  }

  /** Until it is known whether this session, which may be in the list before the request to start
   * is answered, is the one that this tab asked for. */
  async settled(id: string): Promise<void> {
    if (this._before && !this._before.has(id)) {
      await this._answered;
    }
  }

  /** Start the same once more. */
  async again(): Promise<void> {
    const { app, backend, name, options } = this._session ?? {
      app: this.app,
      ...this._request
    };
    await this.start({ app, backend, name, options });
  }

  /** Give up the start. */
  async cancel(): Promise<void> {
    this._cancelled = true;
    if (this._id) {
      await this._options.sessions.stop(this._id);
    }
  }

  /** The page told how it is doing. */
  setPage(status: PageStatus): void {
    if (status === 'painted') {
      this._tries = 0;
    } else if (this._page === 'painted') {
      this.began = Date.now();
    }
    this._page = status;
    this._onSessions();
  }

  /** The tab came to the front: a desktop connects only now. */
  shown(): void {
    if (this._phase === 'connecting') {
      this.began = Date.now();
      this.stateChanged.emit();
    }
  }

  /** The user wants the page loaded again. */
  reload(): void {
    window.clearTimeout(this._timer);
    this.began = Date.now();
    this.setPage('connecting');
    this._reloadNeeded.emit();
  }

  /** Change what is kept over a page reload. */
  keep(change: { layout?: string; quality?: Quality }): void {
    Object.assign(this, change);
    this._kept.emit();
    this.stateChanged.emit();
  }

  setCaptured(captured: boolean): void {
    this.captured = captured;
    this.stateChanged.emit();
  }

  override dispose(): void {
    if (!this.isDisposed) {
      window.clearTimeout(this._timer);
      this._options.sessions.changed.disconnect(this._onSessions, this);
      super.dispose();
    }
  }

  /** The command asked for, as a name until the server gives one. */
  private get _command(): string {
    const command = this._request?.options?.command;
    return typeof command === 'string' ? shorten(command, 40) : '';
  }

  private _reset(): void {
    this._id = '';
    this._session = undefined;
    this._page = 'connecting';
    this._cancelled = false;
    this._tries = 0;
    this.began = Date.now();
    this.queued = false;
    this.problem = '';
    this.tail = '';
  }

  private readonly _onSessions = (): void => {
    const { sessions } = this._options;
    const session = this._id ? sessions.get(this._id) : undefined;
    const renamed = session !== this._session;
    this._session = session ?? this._session;
    const phase = phaseOf({
      refused: this.problem !== '',
      submitted: this._id !== '',
      session,
      freshness: sessions.freshness,
      page: this._page
    });
    if (!this._set(phase) && renamed) {
      this.stateChanged.emit();
    }
  };

  private _set(phase: Phase): boolean {
    if (phase === this._phase) {
      return false;
    }
    this._phase = phase;
    // Our own machine has no queue worth a word.
    this.queued ||= phase === 'queued' && this._session?.backend !== 'local';
    if (phase === 'ended') {
      this._page = 'connecting';
      void this._fetchTail();
    } else if (phase === 'broken') {
      this._retry();
    }
    this.stateChanged.emit();
    return true;
  }

  private async _fetchTail(): Promise<void> {
    try {
      const chunk = await this._options.sessions.log(this._id, -TAIL, TAIL);
      this.tail = plainText(new TextDecoder().decode(chunk.bytes));
      this.stateChanged.emit();
    } catch {
      // The reason is shown all the same.
    }
  }

  /** The connection broke: look whether it ended, and try again. */
  private _retry(): void {
    void this._options.sessions.refresh().catch(() => undefined);
    const delay = retryDelay(this._tries++);
    window.clearTimeout(this._timer);
    if (delay !== null) {
      this._timer = window.setTimeout(() => {
        if (this._phase === 'broken') {
          this.reload();
        }
      }, delay);
    }
  }

  private _answered: Promise<unknown> = Promise.resolve();
  private _before: Set<string> | null = null;
  private _cancelled = false;
  private _id: string;
  private _name: string;
  private _page: PageStatus = 'connecting';
  private _phase: Phase = 'submitting';
  private _request: IStartRequest | undefined;
  private _session: ISession | undefined;
  private _timer = 0;
  private _tries = 0;
  private readonly _kept = new Signal<this, void>(this);
  private readonly _reloadNeeded = new Signal<this, void>(this);
}

/** Options of a tab's model. */
export interface ITabModelOptions {
  readonly sessions: IRemoteSessions;
  readonly app: string;
  readonly id?: string;
  readonly name?: string;
  readonly layout?: string;
  readonly quality?: Quality;
}
