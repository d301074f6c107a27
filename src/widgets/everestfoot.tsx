import * as React from 'react';

import { fromKey } from '../jobstore';
import type { IFormProps } from './everestapp';
import { Failure } from './failure';
import { Submitted } from './submitoutcome';

/** What came of the last request, and the buttons. */
export function AppFoot(props: IFormProps): React.JSX.Element {
  const { form, actions, trans } = props;
  const { busy } = form;
  const label = {
    '': trans.__('Submit'),
    upload: trans.__('Sending files…'),
    submit: trans.__('Submitting…')
  }[busy];
  return (
    <div className="jp-RemoteSubmit-foot">
      <Failure
        failure={form.failure}
        title={trans.__('It was not submitted.')}
        showJobs={actions.showJobs}
        trans={trans}
      />
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

function Done(props: IFormProps): React.JSX.Element {
  const { form, trans } = props;
  const { job_id } = fromKey(form.done);
  const { name } = form.account;
  const words = trans.__('Submitted to %1 as job %2.', name, job_id);
  return <Submitted {...props} job={form.done} words={words} />;
}
