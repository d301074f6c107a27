import { UseSignal } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { CommandIDs } from '../commandids';
import { EndedJobs } from '../ended';
import { submitIcon } from '../icons';
import type { IListedJobs } from '../joblistmodel';
import { JobListModel } from '../joblistmodel';
import type { JobDesk } from '../jobdesk';
import type { IRemoteJobs } from '../tokens';
import { HistoryList } from './historylist';

interface IProps {
  readonly jobs: IRemoteJobs;
  readonly desk: JobDesk;
  readonly run: (command: string, key?: string) => void;
  /** Say which list of what ended is on screen; null: none. */
  readonly show: (model: JobListModel<IListedJobs> | null) => void;
  readonly width: number;
  readonly trans: TranslationBundle;
  /** The list of what is there now. */
  readonly children: React.ReactNode;
}

/** What is there now, or what ended; and the way to a new job. */
export function NowOrFinished(props: IProps): React.JSX.Element {
  const { jobs, run, trans, children } = props;
  const [finished, setFinished] = React.useState(false);
  const takes = [...jobs.backends.values()].some(({ can }) =>
    can.includes('submit')
  );
  const choice = (value: boolean, label: string) => (
    <button
      className="jp-mod-styled"
      aria-pressed={finished === value}
      onClick={() => {
        setFinished(value);
      }}
    >
      {label}
    </button>
  );
  return (
    <>
      <div className="jp-RemoteHistory-top">
        <span
          className="jp-RemoteHistory-switch"
          role="group"
          aria-label={trans.__('Which jobs')}
        >
          {choice(false, trans.__('Current'))}
          {choice(true, trans.__('Finished'))}
        </span>
        {takes && (
          <button
            className="jp-mod-styled"
            title={trans.__('Write a batch job and submit it')}
            onClick={() => {
              run(CommandIDs.submitJob);
            }}
          >
            <submitIcon.react tag="span" width="16px" aria-hidden="true" />
            {trans.__('Submit…')}
          </button>
        )}
      </div>
      {finished ? <Finished {...props} /> : children}
    </>
  );
}

function Finished(props: IProps): React.JSX.Element | null {
  const { jobs, desk, show, trans } = props;
  const [model, setModel] = React.useState<JobListModel<EndedJobs> | null>(
    null
  );
  React.useEffect(() => {
    const ended = new EndedJobs(jobs);
    const made = new JobListModel(ended, desk, trans, () => true);
    // Commands find their jobs there.
    ended.changed.connect(() => {
      if (!ended.loading && ended.answer) {
        desk.note('history', ended.all);
      }
    });
    setModel(made);
    show(made);
    void ended.load();
    return () => {
      show(null);
      made.dispose();
    };
  }, [jobs, desk, show, trans]);
  return (
    model && (
      <UseSignal signal={model.changed}>
        {() => <HistoryList {...props} model={model} />}
      </UseSignal>
    )
  );
}
