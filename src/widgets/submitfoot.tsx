import * as React from 'react';

import { sentence } from '../format';
import { fromKey } from '../jobstore';
import { timeWords } from '../jobview';
import { FormFoot } from './formfoot';
import type { IFormProps } from './submitform';
import { Submitted } from './submitoutcome';

/** What came of the last request, and the buttons. */
export function SubmitFoot(props: IFormProps): React.JSX.Element {
  const { model, actions, trans } = props;
  const { busy, failure } = model;
  return (
    <FormFoot
      failure={failure}
      failed={
        failure?.asked === 'test'
          ? trans.__('That could not be found out.')
          : trans.__('It was not submitted.')
      }
      showJobs={actions.showJobs}
      outcome={<Outcome {...props} />}
      label={busy === 'submit' ? trans.__('Submitting…') : trans.__('Submit')}
      busy={busy !== ''}
      hindrance={model.hindrance}
      more={model.canTest && <Test {...props} />}
      model={model}
      resets={trans.__('Empty all fields and begin a new script')}
      trans={trans}
    />
  );
}

function Test({ model, trans }: IFormProps): React.JSX.Element {
  const { busy, hindrance } = model;
  return (
    <button
      type="button"
      className="jp-mod-styled"
      disabled={hindrance !== ''}
      aria-disabled={busy !== ''}
      title={hindrance || trans.__('Ask the backend; submits nothing')}
      onClick={() => void model.test()}
    >
      {busy === 'test' ? trans.__('Asking…') : trans.__('When would it start?')}
    </button>
  );
}

function Outcome(props: IFormProps): React.JSX.Element | null {
  const { model, trans } = props;
  const { busy, trial, hindrance } = model;
  if (busy) {
    return null;
  }
  if (trial) {
    const when = trial.starts
      ? trans.__('It would start %1.', timeWords(trial.starts))
      : '';
    return (
      <p data-outcome="trial">
        <strong>{when}</strong> {sentence(trial.words)}
      </p>
    );
  }
  if (model.done) {
    return <Done {...props} />;
  }
  return hindrance && (model.offers ?? model.blind) ? (
    <p data-outcome="hindrance">{hindrance}</p>
  ) : null;
}

function Done(props: IFormProps): React.JSX.Element {
  const { model, trans } = props;
  const { backend, job_id } = fromKey(model.done);
  const words = trans.__('Submitted to %1 as job %2.', backend, job_id);
  return <Submitted {...props} job={model.done} words={words} />;
}
