import { HTMLSelect } from '@jupyterlab/ui-components';
import * as React from 'react';

import { doneIcon, stateIcon } from '../icons';
import type { IReceived } from '../tokens';
import { BrowseButton } from './browsebutton';
import type { IImportProps } from './importview';

/** The copy that was made, or the copies the user has, and what to do with them. */
export function ImportCopies(props: IImportProps): React.JSX.Element | null {
  const { model, actions, trans } = props;
  const { made, mine } = model;
  const icon = doneIcon;
  if (made) {
    return (
      <div className="jp-RemoteImport-made" role="status">
        <p>
          <icon.react tag="span" width="16px" aria-hidden="true" />
          <span>{trans.__('Copied to %1', made.path)}</span>
        </p>
        <button
          className="jp-mod-styled"
          onClick={() => {
            actions.open(made.path);
          }}
        >
          {trans.__('Open the Copy')}
        </button>
      </div>
    );
  }
  return mine.length > 0 ? (
    <>
      {mine.map(copy => (
        <Copy key={copy.id} {...props} copy={copy} />
      ))}
    </>
  ) : null;
}

/** A copy that the user has: keep it, take theirs too, or compare. */
function Copy(
  props: IImportProps & { readonly copy: IReceived }
): React.JSX.Element {
  const { model, actions, copy, trans } = props;
  const theirs = model.description?.revision ?? copy.revision;
  const busy = model.busy !== '';
  return (
    <div
      className="jp-RemoteImport-copy"
      role="group"
      aria-label={trans.__('Your copy %1', copy.path)}
    >
      <p>
        {theirs > copy.revision
          ? trans.__(
              'There is a newer version: your copy %1 is revision %2, the link has revision %3.',
              copy.path,
              copy.revision,
              theirs
            )
          : trans.__('You have this version as %1.', copy.path)}{' '}
        {copy.changed_here && trans.__('You have changed your copy.')}
      </p>
      <div className="jp-RemoteImport-buttons">
        <button className="jp-mod-styled" onClick={actions.keep}>
          {trans.__('Keep Mine')}
        </button>
        <button
          className="jp-mod-styled"
          disabled={busy}
          onClick={() => void actions.second(copy)}
        >
          {trans.__('Take Theirs as a Second File')}
        </button>
        <button
          className="jp-mod-styled"
          disabled={busy}
          onClick={() => void actions.difference(copy)}
        >
          {model.busy === 'difference'
            ? trans.__('Comparing…')
            : trans.__('Show the Difference')}
        </button>
      </div>
    </div>
  );
}

/** Where a copy goes, with which kernel, and the button that makes it. */
export function ImportTarget(props: IImportProps): React.JSX.Element {
  const { model, actions, trans } = props;
  const { busy, mine } = model;
  const first = mine.length === 0;
  return (
    <form
      className="jp-RemoteImport-target"
      onSubmit={event => {
        event.preventDefault();
        void actions.copy();
      }}
    >
      <Folder {...props} />
      <Kernel {...props} />
      <button
        className={`jp-mod-styled ${first ? 'jp-mod-accept' : ''}`}
        disabled={busy !== ''}
      >
        {busy === 'copy'
          ? trans.__('Copying…')
          : trans.__('Copy into My Files')}
      </button>
    </form>
  );
}

function Folder({ model, actions, trans }: IImportProps): React.JSX.Element {
  const id = React.useId();
  const { browse } = actions;
  const choose = trans.__('Choose a folder');
  return (
    <div className="jp-RemoteImport-field">
      <label htmlFor={id}>{trans.__('Folder')}</label>
      <input
        id={id}
        className="jp-mod-styled"
        value={model.folder}
        placeholder={trans.__('the top of the file browser')}
        autoComplete="off"
        spellCheck={false}
        onChange={event => {
          model.folder = event.target.value;
        }}
      />
      {browse && (
        <BrowseButton
          title={choose}
          browse={() => {
            void browse(model.folder).then(folder => {
              if (folder !== null) {
                model.folder = folder;
              }
            });
          }}
        />
      )}
    </div>
  );
}

/** The notebook's kernel does not exist here: which of those that fit? */
function Kernel({ model, trans }: IImportProps): React.JSX.Element | null {
  const { description } = model;
  const id = React.useId();
  const icon = stateIcon('lost');
  if (description?.kernel_here !== false) {
    return null;
  }
  const { kernel, kernels } = description;
  return (
    <div className="jp-RemoteImport-kernel">
      <p>
        <icon.react tag="span" width="16px" aria-hidden="true" />
        <span>
          {trans.__(
            'The kernel %1 does not exist here.',
            kernel?.display_name || kernel?.name || ''
          )}{' '}
          {kernels.length === 0 &&
            trans.__('None that is here fits; choose one in the notebook.')}
        </span>
      </p>
      {kernels.length > 0 && (
        <div className="jp-RemoteImport-field">
          <label htmlFor={id}>{trans.__('Use instead')}</label>
          <HTMLSelect
            id={id}
            value={model.kernel}
            onChange={event => {
              model.kernel = event.target.value;
            }}
          >
            <option value="">{trans.__('decide later')}</option>
            {kernels.map(({ name, display_name }) => (
              <option key={name} value={name}>
                {display_name || name}
              </option>
            ))}
          </HTMLSelect>
        </div>
      )}
    </div>
  );
}
