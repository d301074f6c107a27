import { parseMessage } from './messages';
import type { IMover } from './warmpage';
import { adopt, hide, movable } from './warmpage';

/** How long a page stays connected after its tab was closed, in ms. */
const STAY = 15_000;

/** So many at a time: each goes on receiving its pictures. */
const MOST = 2;

/** A page of a session, out of sight. */
interface IKept {
  readonly path: string;
  readonly frame: HTMLIFrameElement;
  readonly host: HTMLElement;
  readonly timer: number;
}

/**
 * Pages of desktops whose tabs were just closed, or go to another place: they stay
 * connected for a while, so that the desktop is there at once when it is shown again.
 */
export class KeptPages {
  constructor() {
    window.addEventListener('message', this._onMessage);
  }

  /** Take the page of a session out of its tab; false where a page cannot be moved. */
  keep(frame: HTMLIFrameElement, path: string): boolean {
    if (!movable() || !frame.isConnected) {
      return false;
    }
    this._kept.slice(0, 1 - MOST).forEach(this._drop);
    // no other size meanwhile: the desktop would take it
    frame.width = String(frame.clientWidth);
    frame.height = String(frame.clientHeight);
    const host = hide(document.createElement('div'));
    document.body.append(host);
    (host as IMover).moveBefore?.(frame, null);
    const timer = window.setTimeout(() => {
      this.drop(path);
    }, STAY);
    this._kept.push({ path, frame, host, timer });
    return true;
  }

  /** Whether the page of this session is here. */
  has(path: string): boolean {
    return this._kept.some(kept => kept.path === path);
  }

  /** The page of a session, moved into a node; null: it is not here. */
  take(node: HTMLElement, path: string): HTMLIFrameElement | null {
    const kept = this._kept.find(each => each.path === path);
    if (!kept || !node.isConnected) {
      return null;
    }
    (node as IMover).moveBefore?.(kept.frame, null);
    this._drop(kept);
    adopt(kept.frame, path);
    return kept.frame;
  }

  /** Let the pages of a session go, or all. */
  drop(path?: string): void {
    this._kept
      .filter(kept => path === undefined || kept.path === path)
      .forEach(this._drop);
  }

  /** Leave all. */
  dispose(): void {
    window.removeEventListener('message', this._onMessage);
    this.drop();
  }

  private readonly _drop = (kept: IKept): void => {
    window.clearTimeout(kept.timer);
    kept.host.remove();
    this._kept = this._kept.filter(each => each !== kept);
  };

  /** A session that ended is not worth keeping. */
  private readonly _onMessage = ({ data, source }: MessageEvent): void => {
    const message = parseMessage(data);
    if (message?.type === 'status' && message.status === 'closed') {
      this._kept
        .filter(({ frame }) => source && frame.contentWindow === source)
        .forEach(this._drop);
    }
  };

  private _kept: IKept[] = [];
}
