import type { IEditorServices } from '@jupyterlab/codeeditor';
import type { TranslationBundle } from '@jupyterlab/translation';
import { HTMLSelect } from '@jupyterlab/ui-components';
import * as React from 'react';

import { stateIcon } from '../icons';
import { enterMeans } from '../submitkeys';
import type { SubmitModel } from '../submitmodel';
import { troubleWords } from '../submitwords';
import { BrowseButton } from './browsebutton';
import { CodeBox } from './codebox';
import { SubmitField } from './submitfield';
import { SubmitFoot } from './submitfoot';
import type { IOutcomeActions } from './submitoutcome';

/** What the buttons of the form do beyond it. */
export interface ISubmitActions extends IOutcomeActions {
  readonly submit: () => Promise<void>;
  /** Ask for a folder, beginning at this one; null: none was chosen. */
  readonly browse: ((folder: string) => Promise<string | null>) | null;
}

export interface IFormProps {
  readonly model: SubmitModel;
  readonly services: IEditorServices;
  readonly actions: ISubmitActions;
  readonly trans: TranslationBundle;
}

/** The form in which a job is written. */
export function SubmitForm(props: IFormProps): React.JSX.Element {
  const { model, actions, trans } = props;
  const none = emptyNote(model, trans);
  if (none) {
    return <p className="jp-RemoteNote">{none}</p>;
  }
  return (
    <form
      className="jp-RemoteSubmit-form"
      aria-label={trans.__('Submit a job')}
      aria-busy={model.busy !== ''}
      onSubmit={event => {
        event.preventDefault();
        void actions.submit();
      }}
      onKeyDownCapture={event => {
        const meaning = enterMeans(event);
        if (meaning) {
          // The editor would begin a new line, the browser would submit.
          event.preventDefault();
          event.stopPropagation();
        }
        if (meaning === 'submit') {
          void actions.submit();
        }
      }}
    >
      <div className="jp-RemoteSubmit-main">
        <div className="jp-RemoteSubmit-fields">
          <Where {...props} />
          <Offered {...props} />
        </div>
        <Script {...props} />
      </div>
      <SubmitFoot {...props} />
    </form>
  );
}

function emptyNote(model: SubmitModel, trans: TranslationBundle): string {
  // What is written stays in sight when its backend goes away.
  if (model.backends.length > 0 || model.offers) {
    return '';
  }
  return model.ready
    ? trans.__(
        'No backend of this server takes jobs from a form. Its administrator can add one, such as Slurm or HTCondor.'
      )
    : trans.__('Loading…');
}

/** Which backend, under which name, in which folder. */
function Where(props: IFormProps): React.JSX.Element {
  const { model, trans } = props;
  const id = React.useId();
  return (
    <>
      {(model.backends.length > 1 || model.away) && (
        <div className="jp-RemoteSubmit-field" data-field="backend">
          <label htmlFor={`${id}-backend`}>{trans.__('Where')}</label>
          <HTMLSelect
            id={`${id}-backend`}
            value={model.backend}
            onChange={event => {
              model.setBackend(event.target.value);
            }}
          >
            {model.away && (
              <option value={model.backend}>
                {trans.__('%1 (takes no jobs now)', model.backend)}
              </option>
            )}
            {model.backends.map(name => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </HTMLSelect>
        </div>
      )}
      <div className="jp-RemoteSubmit-field" data-field="name">
        <label htmlFor={`${id}-name`}>{trans.__('Name')}</label>
        <input
          id={`${id}-name`}
          className="jp-mod-styled"
          value={model.draft.name}
          placeholder={trans.__('as the script says')}
          autoComplete="off"
          spellCheck={false}
          onChange={event => {
            model.setName(event.target.value);
          }}
        />
      </div>
      <Folder {...props} id={`${id}-folder`} />
    </>
  );
}

function Folder(props: IFormProps & { readonly id: string }) {
  const { model, actions, trans, id } = props;
  const { browse } = actions;
  const choose = trans.__('Choose a folder');
  return (
    <div className="jp-RemoteSubmit-field" data-field="folder">
      <label htmlFor={id}>{trans.__('Working folder')}</label>
      <div className="jp-RemoteSubmit-folder">
        <input
          id={id}
          className="jp-mod-styled"
          value={model.draft.folder}
          placeholder={trans.__('the top of the file browser')}
          autoComplete="off"
          spellCheck={false}
          onChange={event => {
            model.setFolder(event.target.value);
          }}
        />
        {browse && (
          <BrowseButton
            title={choose}
            browse={() => {
              void browse(model.draft.folder).then(folder => {
                if (folder !== null) {
                  model.setFolder(folder);
                }
              });
            }}
          />
        )}
      </div>
    </div>
  );
}

/** The fields that the backend offers, or why it offers none. */
function Offered({ model, trans }: IFormProps): React.JSX.Element {
  const { offers, problem, backend } = model;
  const icon = stateIcon('lost');
  if (problem || model.away || (offers && !offers.available)) {
    return (
      <div className="jp-RemoteSubmit-trouble" role="alert">
        <icon.react tag="span" width="16px" aria-hidden="true" />
        <span>{troubleWords(model, trans)}</span>
        <button
          type="button"
          className="jp-mod-styled"
          onClick={() => void model.load()}
        >
          {trans.__('Retry')}
        </button>
      </div>
    );
  }
  if (!offers) {
    return (
      <p className="jp-RemoteSubmit-loading" role="status">
        {trans.__('Asking %1 what it offers…', backend)}
      </p>
    );
  }
  return (
    <>
      <p className="jp-RemoteSubmit-note">
        {trans.__(
          'What you leave empty is as the script says, or else as it stands there in grey.'
        )}
      </p>
      {offers.fields.map(field => (
        <SubmitField
          key={`${backend}/${field.name}`}
          {...{ offers, field, trans }}
          texts={model.texts}
          cleared={model.cleared[field.name] ?? ''}
          setText={(name, text) => {
            model.setText(name, text);
          }}
        />
      ))}
    </>
  );
}

function Script(props: IFormProps): React.JSX.Element {
  const { model, services, trans } = props;
  return (
    <div className="jp-RemoteSubmit-script">
      <span className="jp-RemoteSubmit-label" aria-hidden="true">
        {trans.__('Script')}
      </span>
      <CodeBox
        services={services}
        label={trans.__('Script. Press Escape, then Tab, to leave it')}
        text={model.script}
        version={model.scriptReplaced}
        onChange={text => {
          model.setScript(text);
        }}
      />
    </div>
  );
}
