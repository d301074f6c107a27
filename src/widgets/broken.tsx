import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { stateIcon } from '../icons';
import type { TabModel } from '../tabmodel';
import type { IOverlayActions } from './progress';

interface IBrokenProps {
  readonly model: TabModel;
  readonly actions: IOverlayActions;
  readonly trans: TranslationBundle;
}

/** The session runs, its page lost the connection. */
export function Broken(props: IBrokenProps): React.JSX.Element {
  const { model, actions, trans } = props;
  const icon = stateIcon('lost');
  return (
    <div className="jp-RemoteCard" data-phase={model.phase}>
      <h2>
        <icon.react tag="span" width="20px" aria-hidden="true" />
        {trans.__('Connection to %1 lost', model.name)}
      </h2>
      <p>{trans.__('It keeps running. Connecting again…')}</p>
      <div className="jp-RemoteCard-buttons">
        <button
          className="jp-mod-styled jp-mod-accept"
          onClick={actions.reload}
        >
          {trans.__('Connect Now')}
        </button>
      </div>
    </div>
  );
}
