import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget, UseSignal } from '@jupyterlab/ui-components';
import * as React from 'react';

import { remoteIcon } from '../icons';
import type { IRemoteSessions } from '../tokens';

/** The number of running sessions; a click shows the panel. */
export class SessionCount extends ReactWidget {
  constructor(private readonly _options: ISessionCountOptions) {
    super();
    this.addClass('jp-mod-highlighted');
    this.addClass('jp-RemoteStatus');
  }

  protected override render(): React.JSX.Element {
    return (
      <UseSignal signal={this._options.sessions.changed}>
        {() => this._button()}
      </UseSignal>
    );
  }

  private _button(): React.JSX.Element {
    const { count, open, trans } = this._options;
    const words = trans._n('%1 remote session', '%1 remote sessions', count());
    return (
      <button
        className="jp-RemoteStatus-button"
        title={words}
        aria-label={words}
        onClick={open}
      >
        <remoteIcon.react tag="span" width="14px" />
        {count()}
      </button>
    );
  }
}

/** Options of the status item. */
export interface ISessionCountOptions {
  readonly sessions: IRemoteSessions;
  readonly count: () => number;
  readonly open: () => void;
  readonly trans: TranslationBundle;
}
