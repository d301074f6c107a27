import * as React from 'react';

import { fromKey } from '../jobstore';
import type { IFormProps } from './everestapp';
import { FormFoot } from './formfoot';
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
  const cancel = () => {
    form.uploads.cancel();
  };
  return (
    <FormFoot
      failure={form.failure}
      showJobs={actions.showJobs}
      outcome={<Outcome {...props} />}
      label={label}
      busy={busy !== ''}
      cancel={busy === 'upload' ? cancel : null}
      model={form}
      resets={trans.__('Empty all fields')}
      trans={trans}
    />
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
