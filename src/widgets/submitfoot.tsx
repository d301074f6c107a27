import { sentence } from '../format';
import { fromKey } from '../jobstore';
import { timeWords } from '../jobview';
import { Failure } from './failure';
import type { IFormProps } from './submitform';
import { Submitted } from './submitoutcome';
import * as React from 'react';

/** What came of the last request, and the buttons. */
export function SubmitFoot(props: IFormProps): React.JSX.Element {
  const { model, actions, trans } = props;
  const { busy, hindrance, failure } = model;
  // A button that is disabled while it is asked would lose the keyboard.
  const state = { disabled: hindrance !== '', 'aria-disabled': busy !== '' };
  return (
    <div className="jp-RemoteSubmit-foot">
      <Failure
        failure={failure}
        title={
          failure?.asked === 'test'
            ? trans.__('That could not be found out.')
            : trans.__('It was not submitted.')
        }
        showJobs={actions.showJobs}
        trans={trans}
      />
      <div role="status" className="jp-RemoteSubmit-status">
        <Outcome {...props} />
      </div>
      <div className="jp-RemoteSubmit-buttons">
        <button
          type="submit"
          className="jp-mod-styled jp-mod-accept"
          {...state}
          title={hindrance || trans.__('Submit (Ctrl+Enter)')}
        >
          {busy === 'submit' ? trans.__('Submitting…') : trans.__('Submit')}
        </button>
        {model.canTest && (
          <button
            type="button"
            className="jp-mod-styled"
            {...state}
            title={hindrance || trans.__('Ask the backend; submits nothing')}
            onClick={() => void model.test()}
          >
            {busy === 'test'
              ? trans.__('Asking…')
              : trans.__('When would it start?')}
          </button>
        )}
        <button
          type="button"
          className="jp-mod-styled"
          disabled={busy !== ''}
          title={trans.__('Empty all fields and begin a new script')}
          onClick={() => {
            model.reset();
          }}
        >
          {trans.__('Reset')}
        </button>
      </div>
    </div>
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
  return hindrance && model.offers ? (
    <p data-outcome="hindrance">{hindrance}</p>
  ) : null;
}

function Done(props: IFormProps): React.JSX.Element {
  const { model, trans } = props;
  const { backend, job_id } = fromKey(model.done);
  const words = trans.__('Submitted to %1 as job %2.', backend, job_id);
  return <Submitted {...props} job={model.done} words={words} />;
}
