import type { TranslationBundle } from '@jupyterlab/translation';
import { HTMLSelect } from '@jupyterlab/ui-components';
import * as React from 'react';

import { stateIcon } from '../icons';
import type { IPickActions } from '../pickfiles';
import { enterMeans } from '../submitkeys';
import type { ISweepDraft } from '../sweepdraft';
import type { SweepModel } from '../sweepmodel';
import type { SweepField } from '../sweepproblems';
import { useFirstFault } from './hooks';
import { Resources } from './resources';
import type { IOutcomeActions } from './submitoutcome';
import { SweepFiles } from './sweepfiles';
import { SweepFoot } from './sweepfoot';
import { SweepRows } from './sweeprows';

/** What the form does beyond itself. */
export interface ISweepActions extends IOutcomeActions, IPickActions {
  readonly submit: () => Promise<void>;
  readonly addAccount: () => void;
}

export interface ISweepProps {
  readonly model: SweepModel;
  readonly actions: ISweepActions;
  readonly trans: TranslationBundle;
}

/** What the fields may look like. */
const EXAMPLES = {
  name: 'sweep',
  command: 'python3 model.py ${alpha}',
  outputs: 'stdout',
  app: 'sol/psweep'
};

/** The form in which a parameter sweep is written. */
export function SweepForm(props: ISweepProps): React.JSX.Element {
  const { model, actions, trans } = props;
  const place = useFirstFault<HTMLFormElement>(model.refused);
  return (
    <form
      ref={place}
      className="jp-RemoteSweep-form"
      aria-label={trans.__('Parameter sweep')}
      aria-busy={model.sending.busy !== ''}
      onSubmit={event => {
        event.preventDefault();
        void actions.submit();
      }}
      onKeyDown={event => {
        const meaning = enterMeans(event);
        if (meaning) {
          // The browser would submit on Enter in any input.
          event.preventDefault();
        }
        if (meaning === 'submit') {
          void actions.submit();
        }
      }}
    >
      <div className="jp-RemoteSweep-main">
        <p className="jp-RemoteSweep-lead">
          {trans.__(
            'One job that runs a command for every combination of the values of its parameters.'
          )}
        </p>
        <Account {...props} />
        <Text
          {...props}
          field="name"
          label={trans.__('Name')}
          placeholder={EXAMPLES.name}
        />
        <Text
          {...props}
          field="command"
          problem="command"
          label={trans.__('Command')}
          placeholder={EXAMPLES.command}
          hint={trans.__('One line. ${name} is the value of a parameter.')}
        />
        <SweepRows {...props} />
        <SweepFiles {...props} />
        <Text
          {...props}
          field="outputs"
          problem="outputs"
          label={trans.__('Output files')}
          placeholder={EXAMPLES.outputs}
          hint={trans.__(
            'What each task leaves, with blanks between; stdout and stderr are what it prints.'
          )}
        />
        <Resources
          app={model.about}
          chosen={model.draft.resources}
          choose={resources => {
            model.set({ resources });
          }}
          trans={trans}
        />
        <More {...props} />
      </div>
      <SweepFoot {...props} />
    </form>
  );
}

function More(props: ISweepProps): React.JSX.Element {
  const { trans, model } = props;
  return (
    <details
      className="jp-RemoteSweep-more"
      open={model.draft.app !== '' || undefined}
    >
      <summary>{trans.__('Another application')}</summary>
      <Text
        {...props}
        field="app"
        label={trans.__('Application')}
        placeholder={EXAMPLES.app}
        hint={trans.__('The application of this server that runs sweeps.')}
      />
    </details>
  );
}

type TextField = {
  [K in keyof ISweepDraft]: ISweepDraft[K] extends string ? K : never;
}[keyof ISweepDraft];

/** A field with one line of text. */
export function Text(
  props: ISweepProps & {
    readonly field: TextField;
    /** Where what is wrong is found. */
    readonly problem?: SweepField;
    readonly label: string;
    readonly placeholder: string;
    readonly hint?: string;
  }
): React.JSX.Element {
  const { model, field, problem, label, placeholder, hint } = props;
  const id = React.useId();
  const words = problem ? model.wordsFor(problem) : '';
  return (
    <div className="jp-RemoteSubmit-field" data-field={field}>
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        className="jp-mod-styled"
        value={model.draft[field]}
        placeholder={placeholder}
        autoComplete="off"
        spellCheck={false}
        aria-describedby={`${id}-words`}
        aria-invalid={words !== ''}
        onChange={event => {
          model.set({ [field]: event.target.value });
        }}
      />
      <div id={`${id}-words`} className="jp-RemoteSubmit-words">
        {words ? <p data-words="problem">{words}</p> : hint && <p>{hint}</p>}
      </div>
    </div>
  );
}

/** Which account, when there are several, or why there is none. */
function Account(props: ISweepProps): React.JSX.Element | null {
  const { model, trans } = props;
  const id = React.useId();
  const { accounts, problem, away } = model;
  const { server } = model.draft;
  if (problem || accounts?.length === 0) {
    return <NoAccount {...props} />;
  }
  if (!accounts || (accounts.length === 1 && !away)) {
    return null;
  }
  return (
    <div className="jp-RemoteSubmit-field" data-field="server">
      <label htmlFor={id}>{trans.__('Account')}</label>
      <HTMLSelect
        id={id}
        value={server}
        onChange={event => {
          model.set({ server: event.target.value });
        }}
      >
        {away && (
          <option value={server}>
            {trans.__('%1 (there is no such account any more)', server)}
          </option>
        )}
        {accounts.map(({ name }) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </HTMLSelect>
    </div>
  );
}

function NoAccount({ model, actions, trans }: ISweepProps): React.JSX.Element {
  const icon = stateIcon('lost');
  const words = model.problem
    ? trans.__('The accounts on Everest are not known: %1', model.problem)
    : trans.__('A sweep runs on an Everest server: you need an account there.');
  return (
    <div className="jp-RemoteSubmit-trouble" role="alert">
      <icon.react tag="span" width="16px" aria-hidden="true" />
      <span>{words}</span>
      <button
        type="button"
        className="jp-mod-styled"
        onClick={() => {
          if (model.problem) {
            void model.load();
          } else {
            actions.addAccount();
          }
        }}
      >
        {model.problem ? trans.__('Retry') : trans.__('Add Everest Account…')}
      </button>
    </div>
  );
}
