import type { IDisposable } from '@lumino/disposable';
import { DisposableDelegate } from '@lumino/disposable';
import { Poll } from '@lumino/polling';

import type { IRemoteJobs } from './tokens';

/** While somebody looks the server is told so this often, in ms. */
const LOOK = 20_000;

/** How somebody looks: at a list, at numbers only, not at all. */
export type Look = 'list' | 'numbers' | 'away';

/** Tells the server how the page looks at the jobs; one voice for all parts. */
export class JobLook implements IDisposable {
  constructor(private readonly _jobs: Pick<IRemoteJobs, 'look'>) {
    this._poll = new Poll({
      auto: false,
      factory: () => this._jobs.look(this._strongest() === 'numbers'),
      frequency: { interval: LOOK, backoff: true, max: 4 * LOOK },
      name: 'jupyterlab-remote:look-at-jobs',
      // A browser slows the timers of a hidden page down by itself.
      standby: () => (this._strongest() === 'away' ? true : 'never')
    });
    document.addEventListener('visibilitychange', this._onVisibility);
  }

  get isDisposed(): boolean {
    return this._poll.isDisposed;
  }

  /**
   * A part of the page that may look; asked often, so it should answer fast.
   * A hidden page looks only for those that do so `always`.
   */
  add(look: () => Look, always = false): IDisposable {
    const looker = { look, always };
    this._lookers.add(looker);
    void this._poll.start();
    return new DisposableDelegate(() => {
      this._lookers.delete(looker);
    });
  }

  /** Tell the server now: somebody looks more than before. */
  refresh(): void {
    void this._poll.refresh();
  }

  dispose(): void {
    document.removeEventListener('visibilitychange', this._onVisibility);
    this._poll.dispose();
  }

  private _strongest(): Look {
    const hidden = document.visibilityState === 'hidden';
    const looks = [...this._lookers]
      .filter(({ always }) => always || !hidden)
      .map(({ look }) => look());
    const order: readonly Look[] = ['list', 'numbers'];
    return order.find(each => looks.includes(each)) ?? 'away';
  }

  private readonly _onVisibility = (): void => {
    if (document.visibilityState === 'visible') {
      this.refresh();
    }
  };

  private readonly _lookers = new Set<{
    readonly look: () => Look;
    readonly always: boolean;
  }>();
  private readonly _poll: Poll;
}
