import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { stateIcon } from '../icons';
import { lostWords } from '../lost';

interface IProps {
  /** Null: nothing failed. */
  readonly failure: { readonly words: string; readonly lost: boolean } | null;
  /** What did not happen; not said of an answer that was lost. */
  readonly title: string;
  readonly showJobs: () => void;
  readonly trans: TranslationBundle;
}

/** Why a form could not be sent, or that nobody knows whether it was. */
export function Failure(props: IProps): React.JSX.Element | null {
  const { failure, title, showJobs, trans } = props;
  if (!failure) {
    return null;
  }
  const icon = stateIcon(failure.lost ? 'lost' : 'failed');
  const lost = lostWords(trans);
  return (
    <div className="jp-RemoteSubmit-failure" role="alert">
      <icon.react tag="span" width="16px" aria-hidden="true" />
      <div>
        <p>{failure.lost ? lost.title : title}</p>
        <pre>{failure.words}</pre>
        {failure.lost && (
          <p>
            {lost.advice}{' '}
            <button type="button" className="jp-RemoteLink" onClick={showJobs}>
              {lost.link}
            </button>
          </p>
        )}
      </div>
    </div>
  );
}
