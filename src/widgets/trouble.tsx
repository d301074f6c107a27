import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { sentence } from '../format';
import { stateIcon } from '../icons';
import type { Freshness } from '../tokens';

/** The list may be old: why, and what can be done. */
export function Trouble(props: {
  readonly list: { readonly freshness: Freshness; readonly problem: string };
  readonly retry: () => void;
  readonly trans: TranslationBundle;
}): React.JSX.Element | null {
  const { list, retry, trans } = props;
  const { freshness, problem } = list;
  if (freshness === 'fresh' || freshness === 'loading') {
    return null;
  }
  const icon = stateIcon('lost');
  const offline = freshness === 'offline';
  return (
    <div className="jp-RemoteTrouble" role="alert" data-freshness={freshness}>
      <icon.react tag="span" width="16px" aria-hidden="true" />
      <span>
        {offline
          ? trans.__('The server cannot be reached. This may be out of date.')
          : sentence(problem)}
      </span>
      <button className="jp-mod-styled" onClick={retry}>
        {trans.__('Retry')}
      </button>
    </div>
  );
}
