import * as React from 'react';

import { fullSentence } from '../format';
import { fromKey } from '../jobstore';
import { grouped } from '../jobview';
import { Failure } from './failure';
import { Submitted } from './submitoutcome';
import type { ISweepProps } from './sweepform';

/** How many tasks there will be, what came of the last request, the button. */
export function SweepFoot(props: ISweepProps): React.JSX.Element {
  const { model, actions, trans } = props;
  const { busy, failure } = model;
  return (
    <div className="jp-RemoteSubmit-foot">
      <Failure
        failure={failure && { ...failure, words: fullSentence(failure.words) }}
        title={trans.__('It was not submitted.')}
        showJobs={actions.showJobs}
        trans={trans}
      />
      <div role="status" className="jp-RemoteSubmit-status">
        {model.done ? <Done {...props} /> : <Count {...props} />}
      </div>
      <Plan {...props} />
      <div className="jp-RemoteSubmit-buttons">
        <button
          type="submit"
          className="jp-mod-styled jp-mod-accept"
          // One that is disabled would lose the keyboard.
          aria-disabled={busy}
          title={trans.__('Submit (Ctrl+Enter)')}
        >
          {busy ? trans.__('Submitting…') : trans.__('Submit')}
        </button>
      </div>
    </div>
  );
}

function Count({ model, trans }: ISweepProps): React.JSX.Element | null {
  const { trial, counting, refusal, tried, hindrance, busy } = model;
  if (busy) {
    return null;
  }
  if (trial) {
    const { tasks } = trial;
    return (
      <p data-outcome="tasks">
        <strong>
          {trans._n('%2 task', '%2 tasks', tasks, grouped(tasks))}
        </strong>
        {tasks === 1
          ? trans.__('There is one combination only.')
          : trans.__('in one job')}
      </p>
    );
  }
  if (refusal) {
    return <p data-outcome="refusal">{fullSentence(refusal)}</p>;
  }
  const words = counting
    ? trans.__('Counting the tasks…')
    : tried
      ? hindrance
      : trans.__('The number of tasks stands here as soon as it is known.');
  return <p data-outcome="hindrance">{words}</p>;
}

function Plan({ model, trans }: ISweepProps): React.JSX.Element | null {
  const { trial } = model;
  return trial ? (
    <details className="jp-RemoteSweep-plan">
      <summary>{trans.__('The plan, as Everest reads it')}</summary>
      <pre tabIndex={0}>{trial.plan}</pre>
    </details>
  ) : null;
}

function Done({ model, actions, trans }: ISweepProps): React.JSX.Element {
  const { backend, job_id } = fromKey(model.done);
  const { doneTasks: tasks } = model;
  const words = trans._n(
    '%2 task was submitted to %3 as job %4.',
    '%2 tasks were submitted to %3 as job %4.',
    tasks,
    grouped(tasks),
    backend,
    job_id
  );
  return <Submitted job={model.done} {...{ words, actions, trans }} />;
}
