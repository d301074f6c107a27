import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { IDisposable } from '@lumino/disposable';

import { CommandIDs } from './commandids';
import type { IRemoteSessions } from './tokens';
import { roomOf } from './warm';

/** Time in ms that a pointer stays on a card only if its user has looked at it. */
const REST = 120;

/** What a head start needs. */
export interface IHeadStartOptions {
  readonly app: JupyterFrontEnd;
  readonly sessions: IRemoteSessions;
  /** The user's setting. */
  readonly enabled: () => boolean;
}

/**
 * Lets a desktop begin when a pointer or the keyboard comes to rest on its launcher card:
 * from there to the click people need some tenths of a second.
 */
export class HeadStart implements IDisposable {
  constructor(private readonly _options: IHeadStartOptions) {
    EVENTS.forEach(type => {
      document.addEventListener(type, this);
    });
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    this._isDisposed = true;
    this._leave(null);
    EVENTS.forEach(type => {
      document.removeEventListener(type, this);
    });
  }

  handleEvent({ target }: Event): void {
    const card =
      target instanceof Element
        ? target.closest<HTMLElement>('.jp-LauncherCard')
        : null;
    if (card !== this._card) {
      this._leave(card);
      if (card?.title === this._title) {
        this._timer = window.setTimeout(() => {
          this._expect();
        }, REST);
      }
    }
  }

  private _leave(card: HTMLElement | null): void {
    window.clearTimeout(this._timer);
    this._card = card;
  }

  private _expect(): void {
    const { app, sessions, enabled } = this._options;
    const usable = sessions.app('desktop')?.reason === '';
    if (usable && enabled() && sessions.spares.length === 0) {
      const room = roomOf(app);
      const size = room && `${room.width}x${room.height}`;
      void sessions.expect(size ? { size } : {});
    }
  }

  /** What Lab writes on the card. */
  private get _title(): string {
    const { commands } = this._options.app;
    const args = { app: 'desktop' };
    const caption = commands.caption(CommandIDs.startSession, args);
    return caption || commands.label(CommandIDs.startSession, args);
  }

  private _card: HTMLElement | null = null;
  private _isDisposed = false;
  private _timer = 0;
}

const EVENTS = ['pointerover', 'focusin'] as const;
