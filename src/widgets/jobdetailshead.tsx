import { listIcon, refreshIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import { ENDED, sentence } from '../format';
import { jobIcon, submitIcon } from '../icons';
import { jobButtons } from '../jobbuttons';
import { fromKey } from '../jobstore';
import { grouped, jobReason, jobWord, suits, timeWords } from '../jobview';
import type { IJob } from '../tokens';
import type { IDetailsProps } from './jobdetails';

/** Name and state of the job, why it is so, and what can be done. */
export function DetailsHead(props: IDetailsProps): React.JSX.Element {
  const { model, trans } = props;
  const { job, details } = model;
  const { backend, job_id } = fromKey(model.key);
  const reason = job ? jobReason(job, trans) : '';
  const ending = details?.ending ?? '';
  // The name of the backend has it already.
  const account = props.everest ? '' : job?.account;
  const where = [
    trans.__('Job %1 on %2', job_id, backend),
    job?.user,
    ...(job ? [job.partition, account, job.qos, job.nodes] : []),
    job && job.tasks > 1 ? trans.__('%1 tasks', grouped(job.tasks)) : ''
  ].filter(Boolean);
  return (
    <div className="jp-RemoteDetails-head">
      <h2>
        <span>{job?.name ?? trans.__('Job %1', job_id)}</span>
        {job && <State {...props} job={job} />}
      </h2>
      <p className="jp-RemoteDetails-where">{where.join(' · ')}</p>
      {reason && <p className="jp-RemoteDetails-reason">{reason}</p>}
      {ending && sentence(ending) !== reason && (
        <p className="jp-RemoteDetails-reason">{ending}</p>
      )}
      {model.gone > 0 && model.left && (
        <p className="jp-RemoteDetails-gone" role="status">
          {trans.__(
            'It left the list at %1. This is what was known of it.',
            timeWords(new Date(model.gone).toISOString())
          )}
        </p>
      )}
      <Buttons {...props} />
    </div>
  );
}

function State({ model, job, trans }: IDetailsProps & { readonly job: IJob }) {
  const icon = jobIcon(job);
  return (
    <span
      className="jp-RemoteDetails-state"
      role="status"
      data-state={job.state}
      title={job.word}
    >
      <icon.react tag="span" width="16px" aria-hidden="true" />
      {model.gone > 0 && !ENDED.has(job.state)
        ? trans.__('%1 when last seen', jobWord(job, trans))
        : jobWord(job, trans)}
    </span>
  );
}

function Buttons(props: IDetailsProps): React.JSX.Element {
  const { model, actions, trans } = props;
  const { job } = model;
  const backend = model.jobs.backends.get(model.backend);
  const suiting = jobButtons(trans).filter(
    ({ deed }) => job && !model.gone && suits(deed, job, backend)
  );
  return (
    <div className="jp-RemoteDetails-buttons">
      <button className="jp-mod-styled" onClick={actions.showLog}>
        <listIcon.react tag="span" width="16px" aria-hidden="true" />
        {trans.__('Show Log')}
      </button>
      {suiting.map(({ command, icon, label }) => (
        <button
          key={command}
          className="jp-mod-styled"
          onClick={() => {
            actions.run(command);
          }}
        >
          <icon.react tag="span" width="16px" aria-hidden="true" />
          {label}
        </button>
      ))}
      <Again {...props} />
      <button
        className="jp-mod-styled"
        disabled={model.loading}
        title={trans.__('Ask the backend again')}
        onClick={() => {
          model.refresh();
        }}
      >
        <refreshIcon.react tag="span" width="16px" aria-hidden="true" />
        {trans.__('Refresh')}
      </button>
    </div>
  );
}

function Again(props: IDetailsProps): React.JSX.Element | null {
  const { model, actions, everest, trans } = props;
  const backend = model.jobs.backends.get(model.backend);
  if (everest?.again && everest.model.request) {
    return (
      <button
        className="jp-mod-styled"
        title={trans.__('Open the form with the same application and inputs')}
        onClick={everest.again}
      >
        <submitIcon.react tag="span" width="16px" aria-hidden="true" />
        {trans.__('Run Again…')}
      </button>
    );
  }
  if (!backend?.can.includes('submit') || !model.job || model.job.session) {
    return null;
  }
  const off = !model.details?.script;
  const why = trans.__('The backend does not know its script (any more).');
  return (
    <>
      <button
        className="jp-mod-styled"
        disabled={off}
        title={
          off ? why : trans.__('The same script and options, after a question')
        }
        onClick={actions.again}
      >
        <submitIcon.react tag="span" width="16px" aria-hidden="true" />
        {trans.__('Submit Again…')}
      </button>
      <button
        className="jp-mod-styled"
        disabled={off}
        title={
          off ? why : trans.__('Open the form with its script and options')
        }
        onClick={actions.edit}
      >
        {trans.__('Edit and Submit Again')}
      </button>
    </>
  );
}
