import type { TranslationBundle } from '@jupyterlab/translation';
import { PromiseDelegate } from '@lumino/coreutils';
import type { Message } from '@lumino/messaging';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';
import { Widget } from '@lumino/widgets';

import type { LabMessage, PageMessage } from '../messages';
import { parseMessage, SOURCE } from '../messages';
import type { IWarm } from '../warmpage';
import { makeFrame } from '../warmpage';

/** How long the page may take to answer, in ms. */
const PATIENCE = 5_000;

/**
 * The page of a session. It comes from our own server and stands below the
 * session's path; the server keeps the user's credentials from the app.
 */
export class AppFrame extends Widget {
  constructor(
    title: string,
    private readonly _trans: TranslationBundle,
    private readonly _warm: IWarm | null = null
  ) {
    super();
    this.addClass('jp-RemoteFrame');
    this._use(makeFrame(), title);
    window.addEventListener('message', this._onMessage);
    window.addEventListener('blur', this._onFocusMoved);
    document.addEventListener('focusin', this._onFocusMoved);
  }

  /** Emitted when the page says something. */
  get said(): ISignal<this, PageMessage> {
    return this._said;
  }

  /** Emitted when a page was loaded. */
  get loaded(): ISignal<this, void> {
    return this._loaded;
  }

  /** Emitted when the keyboard goes to the page or leaves it. */
  get captured(): ISignal<this, boolean> {
    return this._captured;
  }

  /** Whether keys go to the page. */
  get hasKeyboard(): boolean {
    return this._hasKeyboard;
  }

  /** The URL of the page; empty: none is shown. */
  get url(): string {
    return this._url;
  }

  set url(url: string) {
    if (url === this._url) {
      return;
    }
    this._url = url;
    this._frame.remove();
    if (!url) {
      this._onFocusMoved();
    } else if (this.isAttached) {
      this._show();
    }
  }

  /** Load the page anew, and not as the one that waits: that may be what failed. */
  reload(): void {
    this._frame.remove();
    this._onFocusMoved();
    if (this._url && this.isAttached) {
      this._load();
    }
  }

  /** Give the page another name, as a screen reader says it. */
  rename(title: string): void {
    this._frame.title = title;
  }

  /** Give the keyboard to the page. */
  grab(): void {
    this._frame.focus();
    this.post({ type: 'focus' });
  }

  post(message: LabMessage): void {
    const origin = this._url && new URL(this._url, location.href).origin;
    if (origin) {
      const target = this._frame.contentWindow;
      target?.postMessage({ source: SOURCE, ...message }, origin);
    }
  }

  /** Ask the page for the text on its clipboard or for a picture. */
  ask(type: 'copy' | 'screenshot'): Promise<string> {
    const id = this._nextId++;
    const answer = new PromiseDelegate<string>();
    this._answers.set(id, answer);
    const timer = window.setTimeout(() => {
      answer.reject(new Error(this._trans.__('The desktop did not answer.')));
    }, PATIENCE);
    this.post({ type, id });
    return answer.promise.finally(() => {
      window.clearTimeout(timer);
      this._answers.delete(id);
    });
  }

  override dispose(): void {
    window.removeEventListener('message', this._onMessage);
    window.removeEventListener('blur', this._onFocusMoved);
    document.removeEventListener('focusin', this._onFocusMoved);
    super.dispose();
  }

  protected override onAfterAttach(msg: Message): void {
    super.onAfterAttach(msg);
    if (this._url && !this._frame.parentNode) {
      this._show();
    }
  }

  /** A page that works stays connected, for another place or for the next time. */
  protected override onBeforeDetach(msg: Message): void {
    if (this._painted && this._frame.parentNode) {
      this.post({ type: 'blur' });
      const { pathname } = new URL(this._url, location.href);
      if (this._warm?.keep(this._frame, pathname)) {
        this._frame.removeEventListener('load', this._onLoad);
        this._use(makeFrame(), this._frame.title);
      }
    }
    super.onBeforeDetach(msg);
  }

  protected override onAfterDetach(msg: Message): void {
    super.onAfterDetach(msg);
    if (this._url && this._frame.parentNode) {
      // In another place a frame is loaded anew: not as the page that waited.
      this._frame.src = this._url;
    }
  }

  protected override onActivateRequest(msg: Message): void {
    super.onActivateRequest(msg);
    if (this._url) {
      this.grab();
    }
  }

  /** Show the page: the one that waits loaded, else a new one. */
  private _show(): void {
    const { pathname } = new URL(this._url, location.href);
    const warm = this._warm?.take(this.node, pathname);
    if (warm) {
      this._use(warm, this._frame.title);
    } else {
      this._load();
    }
  }

  private _load(): void {
    this._painted = false;
    this._frame.src = this._url;
    this.node.appendChild(this._frame);
  }

  private _use(frame: HTMLIFrameElement, title: string): void {
    this._frame = frame;
    frame.title = title;
    frame.addEventListener('load', this._onLoad);
  }

  private readonly _onLoad = (): void => {
    if (this._url) {
      this._loaded.emit();
    }
  };

  private readonly _onMessage = (event: MessageEvent): void => {
    const origin = new URL(this._url || location.href, location.href).origin;
    if (
      event.source !== this._frame.contentWindow ||
      event.source === null ||
      event.origin !== origin
    ) {
      return;
    }
    const message = parseMessage(event.data);
    if (message) {
      this._settle(message);
      this._said.emit(message);
    }
  };

  private _settle(message: PageMessage): void {
    if (message.type === 'status') {
      this._painted = message.status === 'painted';
    }
    if (message.type === 'copied') {
      this._answers.get(message.id)?.resolve(message.text);
    } else if (message.type === 'screenshot') {
      this._answers.get(message.id)?.resolve(message.data);
    }
  }

  /** A frame that takes the focus shows only as a blur of the window. */
  private readonly _onFocusMoved = (): void => {
    const has = this._url !== '' && document.activeElement === this._frame;
    if (has !== this._hasKeyboard) {
      this._hasKeyboard = has;
      if (!has) {
        this.post({ type: 'blur' });
      }
      this._captured.emit(has);
    }
  };

  private readonly _answers = new Map<number, PromiseDelegate<string>>();
  private _frame!: HTMLIFrameElement;
  private _hasKeyboard = false;
  private _nextId = 1;
  private _painted = false;
  private _url = '';
  private readonly _captured = new Signal<this, boolean>(this);
  private readonly _loaded = new Signal<this, void>(this);
  private readonly _said = new Signal<this, PageMessage>(this);
}
