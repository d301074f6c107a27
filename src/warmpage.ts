import type { IDisposable } from '@lumino/disposable';

import { parseMessage, SOURCE } from './messages';

/** A node that can take over an element as it is (Node.moveBefore of the DOM standard). */
interface IMover {
  moveBefore?: (node: Node, child: Node | null) => void;
}

/** A frame for the page of a session. */
export function makeFrame(): HTMLIFrameElement {
  const frame = document.createElement('iframe');
  frame.allow = 'clipboard-read; clipboard-write; fullscreen';
  return frame;
}

/**
 * The page of a desktop, loaded ahead and out of sight, for the desktop that is
 * opened next. It knows no session and no password until it is taken. Browsers
 * that cannot move a page as it is at least have its scripts then.
 */
export class WarmPage implements IDisposable {
  constructor(private readonly _options: IWarmPageOptions) {
    window.addEventListener('message', this._onMessage);
  }

  /** Load a page when the browser has nothing else to do, unless one is there. */
  park(): void {
    const used = this._loaded && !this._moves;
    if (!this._frame && !this._idle && !this.isDisposed && !used) {
      this._idle = whenIdle(() => {
        this._idle = 0;
        this._load();
      });
    }
  }

  /** The page, moved into a node, which will show a session; null: there is none. */
  take(node: HTMLElement, path: string): HTMLIFrameElement | null {
    const frame = this._frame;
    if (!frame || !this._ready || !node.isConnected || !this._moves) {
      return null;
    }
    this._frame = null;
    (node as IMover).moveBefore?.(frame, null);
    frame.removeAttribute('tabindex');
    this._host.remove();
    const message = { source: SOURCE, type: 'adopt', path };
    frame.contentWindow?.postMessage(message, location.origin);
    return frame;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  /** Leave the page. */
  dispose(): void {
    this._isDisposed = true;
    window.removeEventListener('message', this._onMessage);
    this._drop();
  }

  private get _moves(): boolean {
    return typeof (this._host as IMover).moveBefore === 'function';
  }

  private _load(): void {
    if (this.isDisposed || !this._options.wanted()) {
      return;
    }
    this._ready = false;
    this._loaded = true;
    this._frame = makeFrame();
    this._frame.src = this._options.url;
    this._frame.title = this._options.title;
    this._frame.tabIndex = -1;
    this._host.className = 'jp-RemoteWarm';
    this._host.inert = true;
    this._host.append(this._frame);
    document.body.append(this._host);
  }

  private _drop(): void {
    this._frame = null;
    this._host.remove();
    this._host.replaceChildren();
  }

  private readonly _onMessage = (event: MessageEvent): void => {
    const ours =
      event.source !== null && event.source === this._frame?.contentWindow;
    const said = ours && event.origin === location.origin;
    if (said && parseMessage(event.data)?.type === 'parked') {
      this._ready = true;
      if (!this._moves) {
        this._drop();
      }
    }
  };

  private _frame: HTMLIFrameElement | null = null;
  private readonly _host = document.createElement('div');
  private _idle = 0;
  private _isDisposed = false;
  private _loaded = false;
  private _ready = false;
}

/** Options of the page that waits. */
export interface IWarmPageOptions {
  readonly url: string;
  readonly title: string;
  /** Whether a desktop may be opened soon, asked when the browser is idle. */
  readonly wanted: () => boolean;
}

/** Longest wait for a quiet moment, in ms. */
const PATIENCE = 5_000;

function whenIdle(then: () => void): number {
  // Safari has no idle callbacks.
  return typeof window.requestIdleCallback === 'function'
    ? window.requestIdleCallback(then, { timeout: PATIENCE })
    : window.setTimeout(then, 1_000);
}
