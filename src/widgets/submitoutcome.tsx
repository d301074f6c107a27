import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { stateIcon } from '../icons';
import { lostWords } from '../lost';

/** The ways from a form to what became of it. */
export interface IOutcomeActions {
  readonly showJobs: () => void;
  readonly showJob: (key: string) => void;
  readonly showLog: (key: string) => void;
}

/** Why something was not done, in the words of who refused it. */
export function Refusal(props: {
  /** What was not done. */
  readonly title: string;
  readonly words: string;
  /** The answer was lost: the job may exist. */
  readonly lost: boolean;
  readonly actions: IOutcomeActions;
  readonly trans: TranslationBundle;
}): React.JSX.Element {
  const { words, actions, trans } = props;
  const icon = stateIcon(props.lost ? 'lost' : 'failed');
  const lost = lostWords(trans);
  return (
    <div className="jp-RemoteSubmit-failure" role="alert">
      <icon.react tag="span" width="16px" aria-hidden="true" />
      <div>
        <p>{props.lost ? lost.title : props.title}</p>
        <pre>{words}</pre>
        {props.lost && (
          <p>
            {lost.advice}{' '}
            <button
              type="button"
              className="jp-RemoteLink"
              onClick={actions.showJobs}
            >
              {lost.link}
            </button>
          </p>
        )}
      </div>
    </div>
  );
}

/** That a job was submitted, and the ways to it. */
export function Submitted(props: {
  /** Key of the job. */
  readonly job: string;
  readonly words: string;
  readonly actions: IOutcomeActions;
  readonly trans: TranslationBundle;
}): React.JSX.Element {
  const { job, words, actions, trans } = props;
  const icon = stateIcon('running');
  return (
    <p data-outcome="done">
      <icon.react tag="span" width="16px" aria-hidden="true" />
      <span>{words}</span>
      <button
        type="button"
        className="jp-RemoteLink"
        onClick={() => {
          actions.showJob(job);
        }}
      >
        {trans.__('Details')}
      </button>
      <button
        type="button"
        className="jp-RemoteLink"
        onClick={() => {
          actions.showLog(job);
        }}
      >
        {trans.__('Log')}
      </button>
    </p>
  );
}
