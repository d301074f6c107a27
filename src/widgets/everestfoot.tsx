import * as React from 'react';

import { fullSentence } from '../format';
import { stateIcon } from '../icons';
import { fromKey } from '../jobstore';
import { lostWords } from '../lost';
import type { IFormProps } from './everestapp';

/** What came of the last request, and the buttons. */
export function AppFoot(props: IFormProps): React.JSX.Element {
  const { form, trans } = props;
  const { busy } = form;
  const label = {
    '': trans.__('Submit'),
    upload: trans.__('Sending files…'),
    submit: trans.__('Submitting…')
  }[busy];
  return (
    <div className="jp-RemoteSubmit-foot">
      <Failure {...props} />
      <div role="status" className="jp-RemoteSubmit-status">
        <Outcome {...props} />
      </div>
      <div className="jp-RemoteSubmit-buttons">
        {/* A button that is disabled while it is asked would lose the keyboard. */}
        <button
          type="submit"
          className="jp-mod-styled jp-mod-accept"
          aria-disabled={busy !== ''}
        >
          {label}
        </button>
        {busy === 'upload' && (
          <button
            type="button"
            className="jp-mod-styled"
            onClick={() => {
              form.uploads.cancel();
            }}
          >
            {trans.__('Cancel')}
          </button>
        )}
        <button
          type="button"
          className="jp-mod-styled"
          disabled={busy !== ''}
          title={trans.__('Empty all fields')}
          onClick={() => {
            form.reset();
          }}
        >
          {trans.__('Reset')}
        </button>
      </div>
    </div>
  );
}

function Failure({
  form,
  actions,
  trans
}: IFormProps): React.JSX.Element | null {
  const { failure } = form;
  if (!failure) {
    return null;
  }
  const icon = stateIcon(failure.lost ? 'lost' : 'failed');
  const lost = lostWords(trans);
  return (
    <div className="jp-RemoteSubmit-failure" role="alert">
      <icon.react tag="span" width="16px" aria-hidden="true" />
      <div>
        <p>{failure.lost ? lost.title : trans.__('It was not submitted.')}</p>
        <pre>{fullSentence(failure.words)}</pre>
        {failure.lost && (
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

function Outcome(props: IFormProps): React.JSX.Element | null {
  const { form, trans } = props;
  if (form.done) {
    return <Done {...props} />;
  }
  if (!form.tried || form.busy || form.wrong.length === 0) {
    return null;
  }
  const names = form.wrong.map(({ name }) => name).join(', ');
  return (
    <p data-outcome="hindrance">
      {trans.__('Nothing was sent. Look at: %1.', names)}
    </p>
  );
}

function Done({ form, actions, trans }: IFormProps): React.JSX.Element {
  const icon = stateIcon('running');
  const { job_id } = fromKey(form.done);
  return (
    <p data-outcome="done">
      <icon.react tag="span" width="16px" aria-hidden="true" />
      <span>
        {trans.__('Submitted to %1 as job %2.', form.account.name, job_id)}
      </span>
      <button
        type="button"
        className="jp-RemoteLink"
        onClick={() => {
          actions.showJob(form.done);
        }}
      >
        {trans.__('Details')}
      </button>
      <button
        type="button"
        className="jp-RemoteLink"
        onClick={() => {
          actions.showLog(form.done);
        }}
      >
        {trans.__('Log')}
      </button>
    </p>
  );
}
