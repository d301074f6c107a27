import type { IDisposable } from '@lumino/disposable';

import { parseMessage, SOURCE } from './messages';

/** A node that can take over an element as it is (Node.moveBefore of the DOM standard). */
export interface IMover {
  moveBefore?: (node: Node, child: Node | null) => void;
}

/** Whether this browser can. */
export function movable(): boolean {
  return typeof (HTMLElement.prototype as IMover).moveBefore === 'function';
}

/** Tell a page which session it shows now; it answers with how it is doing. */
export function adopt(frame: HTMLIFrameElement, path: string): void {
  const message = { source: SOURCE, type: 'adopt', path };
  frame.contentWindow?.postMessage(message, location.origin);
}

/** A place for pages that nobody sees or reaches. */
export function hide(host: HTMLElement): HTMLElement {
  host.className = 'jp-RemoteWarm';
  host.inert = true;
  return host;
}

/** A frame for the page of a session. */
export function makeFrame(): HTMLIFrameElement {
  const frame = document.createElement('iframe');
  frame.allow = 'clipboard-read; clipboard-write; fullscreen';
  return frame;
}

/** What may have the page of a session ready. */
export interface IWarm {
  /** The page, moved into a node, which will show a session; null: there is none. */
  take: (node: HTMLElement, path: string) => HTMLIFrameElement | null;
  /** Take care of the page of a session that loses its place; false: nobody does. */
  keep: (frame: HTMLIFrameElement, path: string) => boolean;
}

/**
 * The page of a desktop, loaded ahead and out of sight, for the desktop that is
 * opened next: one that is given any session when it is taken, and knows none
 * and no password before, or that of one session. Browsers that cannot move a
 * page as it is at least have its scripts then.
 */
export class WarmPage implements IDisposable {
  constructor(private readonly _options: IWarmPageOptions) {
    window.addEventListener('message', this._onMessage);
  }

  /** Load a page when the browser has nothing else to do, unless one is there. */
  park(): void {
    this._fit();
    if (this._frame && this._url !== this._options.url()) {
      // whoever takes its session now is about to take the page
      this._leaving ||= window.setTimeout(() => {
        this.drop();
        this.park();
      }, GRACE);
      return;
    }
    this._stay();
    const { any, url } = this._options;
    const useful = movable() || (any === true && !this._loaded);
    const free = !this._frame && !this._idle && useful && url();
    if (free && !this.isDisposed && Date.now() >= this._notBefore) {
      this._idle = whenIdle(() => {
        this._idle = 0;
        this._load();
      });
    }
  }

  /** The page, moved into a node, which will show a session; null: there is none. */
  take(node: HTMLElement, path: string): HTMLIFrameElement | null {
    const frame = this._frame;
    const suits = this._options.any === true || this._path === path;
    const there = this._ready && node.isConnected && movable();
    if (!frame || !suits || !there) {
      return null;
    }
    this._frame = null;
    this._stay();
    (node as IMover).moveBefore?.(frame, null);
    frame.removeAttribute('tabindex');
    this._host.remove();
    adopt(frame, path);
    return frame;
  }

  /** Let the page go that waits; another one may be loaded later. */
  drop(): void {
    this._stay();
    this._frame = null;
    this._host.remove();
    this._host.replaceChildren();
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  /** Leave the page. */
  dispose(): void {
    this._isDisposed = true;
    window.removeEventListener('message', this._onMessage);
    this.drop();
  }

  /** What is there is not about to leave. */
  private _stay(): void {
    window.clearTimeout(this._leaving);
    this._leaving = 0;
  }

  /** The path of the session whose page it is. */
  private get _path(): string {
    return new URL(this._url, location.href).pathname;
  }

  private _load(): void {
    const url = this._options.url();
    if (this.isDisposed || !url || !this._options.wanted()) {
      return;
    }
    this._ready = false;
    this._loaded = true;
    this._url = url;
    const frame = makeFrame();
    frame.src = url;
    frame.title = this._options.title;
    frame.tabIndex = -1;
    frame.addEventListener('load', () => {
      window.setTimeout(() => {
        this._check(frame);
      }, GRACE);
    });
    this._frame = frame;
    this._host.append(frame);
    this._fit();
    document.body.append(this._host);
  }

  /** Give a page that connects while it waits the size that it will have. */
  private _fit(): void {
    const size = this._options.size?.();
    if (size && this._frame) {
      this._frame.width = String(size.width);
      this._frame.height = String(size.height);
    }
  }

  /** What was loaded and does not wait is an error's page: try again, ever later. */
  private _check(frame: HTMLIFrameElement): void {
    if (this._frame === frame && !this._ready) {
      this._fail();
    }
  }

  private _fail(): void {
    this.drop();
    this._notBefore = Date.now() + PAUSE * 2 ** this._failures++;
  }

  private readonly _onMessage = (event: MessageEvent): void => {
    const ours =
      event.source !== null && event.source === this._frame?.contentWindow;
    const said = ours && event.origin === location.origin;
    const message = said ? parseMessage(event.data) : null;
    const status = message?.type === 'status' ? message.status : undefined;
    if (status === 'closed') {
      this._fail();
    } else if (status || message?.type === 'parked') {
      this._ready = true;
      this._failures = 0;
      if (!movable()) {
        this.drop();
      }
    }
  };

  private _failures = 0;
  private _frame: HTMLIFrameElement | null = null;
  private readonly _host = hide(document.createElement('div'));
  private _idle = 0;
  private _isDisposed = false;
  private _leaving = 0;
  private _loaded = false;
  private _notBefore = 0;
  private _ready = false;
  private _url = '';
}

/** Options of the page that waits. */
export interface IWarmPageOptions {
  /** What to load; empty: nothing. */
  readonly url: () => string;
  /** The page shows any session, once it is told which. */
  readonly any?: boolean;
  /** How large it will be shown, in pixels; a page that connects ahead needs it. */
  readonly size?: () => { width: number; height: number } | null;
  readonly title: string;
  /** Whether a desktop may be opened soon, asked when the browser is idle. */
  readonly wanted: () => boolean;
}

/** Between the end of loading and the page's word that it waits, in ms. */
const GRACE = 2_000;

/** Before a page that failed is loaded again; longer each time, in ms. */
const PAUSE = 60_000;

/** Longest wait for a quiet moment, in ms. */
const PATIENCE = 5_000;

function whenIdle(then: () => void): number {
  // Safari has no idle callbacks.
  return typeof window.requestIdleCallback === 'function'
    ? window.requestIdleCallback(then, { timeout: PATIENCE })
    : window.setTimeout(then, 1_000);
}
