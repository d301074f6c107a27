import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { doneIcon } from '../icons';

/** The ways from a form to what became of it. */
export interface IOutcomeActions {
  readonly showJobs: () => void;
  readonly showJob: (key: string) => void;
  readonly showLog: (key: string) => void;
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
  const icon = doneIcon;
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
