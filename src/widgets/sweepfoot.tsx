import * as React from 'react';

import { fullSentence } from '../format';
import { fromKey } from '../jobstore';
import { grouped } from '../jobview';
import { FormFoot } from './formfoot';
import { Submitted } from './submitoutcome';
import type { ISweepProps } from './sweepform';
import { TransferBar } from './transferbar';

/** How many tasks there will be, what came of the last request, the buttons. */
export function SweepFoot(props: ISweepProps): React.JSX.Element {
  const { model, actions, trans } = props;
  const { failure } = model;
  const { busy } = model.sending;
  const label = {
    '': trans.__('Submit'),
    send: trans.__('Sending files…'),
    submit: trans.__('Submitting…')
  }[busy];
  const cancel = () => {
    model.sending.cancel();
  };
  return (
    <FormFoot
      failure={failure && { ...failure, words: fullSentence(failure.words) }}
      showJobs={actions.showJobs}
      outcome={model.done ? <Done {...props} /> : <Count {...props} />}
      between={busy ? <Sending {...props} /> : <Plan {...props} />}
      label={label}
      busy={busy !== ''}
      cancel={busy === 'send' && !model.sending.ending ? cancel : null}
      model={model}
      resets={trans.__('Empty all fields')}
      trans={trans}
    />
  );
}

/** How far the files are. */
function Sending({ model, trans }: ISweepProps): React.JSX.Element | null {
  const { files } = model.draft;
  const { busy, ending, now } = model.sending;
  if (!now || busy !== 'send') {
    return null;
  }
  const words = ending
    ? trans.__('Cancelling…')
    : now.step === 'packing'
      ? trans.__('Packing the files…')
      : trans._n(
          'Sending %2 file and the plan…',
          'Sending %2 files and the plan…',
          files.length,
          grouped(files.length)
        );
  return <TransferBar now={now} words={words} trans={trans} />;
}

function Count({ model, trans }: ISweepProps): React.JSX.Element | null {
  const { trial, counting, refusal, tried, hindrance } = model;
  if (model.sending.busy) {
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
