import { ReactWidget } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import { Poll } from '@lumino/polling';

/** What is asked when somebody looks, and then at times while somebody does. */
export interface IAsked {
  readonly name: string;
  readonly ask: () => Promise<unknown>;
  /** Time between two questions in ms. */
  readonly interval: number;
}

/** A section of the side panel: nothing is asked while nobody sees it. */
export abstract class LookedAt extends ReactWidget {
  constructor(asked?: IAsked) {
    super();
    this._poll = asked
      ? new Poll({
          auto: false,
          factory: asked.ask,
          frequency: { interval: asked.interval, backoff: false },
          name: `jupyterlab-remote:${asked.name}`,
          standby: () =>
            !this.isVisible || document.visibilityState !== 'visible'
        })
      : null;
  }

  override dispose(): void {
    this._poll?.dispose();
    super.dispose();
  }

  /** Somebody looks: what was found out long ago may be wrong. */
  protected abstract looked(): void;

  protected override onAfterShow(msg: Message): void {
    super.onAfterShow(msg);
    this._looked();
  }

  protected override onAfterAttach(msg: Message): void {
    super.onAfterAttach(msg);
    if (this.isVisible) {
      this._looked();
    }
  }

  private _looked(): void {
    this.looked();
    void this._poll?.refresh();
    this.update();
  }

  private readonly _poll: Poll | null;
}
