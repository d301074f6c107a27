import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { fullSentence } from '../format';
import { stateIcon } from '../icons';
import type { ImportModel } from '../importmodel';
import type { IReceived } from '../tokens';
import { ImportCopies, ImportTarget } from './importcopy';
import { Facts } from './importfacts';

/** What the buttons do beyond the model. */
export interface IImportActions {
  readonly copy: () => Promise<void>;
  readonly download: (what: 'notebook' | 'bundle') => Promise<void>;
  readonly open: (path: string) => void;
  readonly second: (copy: IReceived) => Promise<void>;
  readonly difference: (copy: IReceived) => Promise<void>;
  /** Keep what the user has: nothing to do here any more. */
  readonly keep: () => void;
  /** Ask for a folder, beginning at this one; null: none was chosen. */
  readonly browse: ((folder: string) => Promise<string | null>) | null;
}

export interface IImportProps {
  readonly model: ImportModel;
  readonly actions: IImportActions;
  readonly trans: TranslationBundle;
}

/** Who shares what, how it looks, and what can be done with it. */
export function ImportPage(props: IImportProps): React.JSX.Element {
  const { model, trans } = props;
  switch (model.phase) {
    case 'looking':
      return (
        <p className="jp-RemoteNote" role="status">
          {trans.__('Looking at the link…')}
        </p>
      );
    case 'ask':
      return <Abroad {...props} />;
    case 'failed':
      return <Failed {...props} />;
    case 'there':
      return <There {...props} />;
  }
}

/** Nothing is sent to a foreign place before the user wants it. */
function Abroad({ model, trans }: IImportProps): React.JSX.Element {
  return (
    <div className="jp-RemoteCard" data-phase="ask">
      <h2>{trans.__('A link to another place')}</h2>
      <p>
        {trans.__(
          'The link leads to %1, which is neither this server nor its hub. Your browser asks it, without telling who you are.',
          model.url?.host ?? ''
        )}
      </p>
      <div className="jp-RemoteCard-buttons">
        <button
          className="jp-mod-styled jp-mod-accept"
          onClick={() => void model.lookAbroad()}
        >
          {trans.__('Look at It')}
        </button>
      </div>
    </div>
  );
}

function Failed({ model, actions, trans }: IImportProps): React.JSX.Element {
  const icon = stateIcon('failed');
  const again = () => void (model.foreign ? model.lookAbroad() : model.look());
  return (
    <div className="jp-RemoteCard" data-phase="failed" role="alert">
      <h2>
        <icon.react tag="span" width="20px" aria-hidden="true" />
        {trans.__('The link cannot be opened')}
      </h2>
      <p>{fullSentence(model.problem)}</p>
      {model.foreign && (
        <p>
          <PageLink model={model} words={trans.__('Open its page')} />
        </p>
      )}
      <div className="jp-RemoteCard-buttons">
        <button className="jp-mod-styled" onClick={again}>
          {trans.__('Try Again')}
        </button>
        <button className="jp-mod-styled" onClick={actions.keep}>
          {trans.__('Close')}
        </button>
      </div>
    </div>
  );
}

function There(props: IImportProps): React.JSX.Element {
  const { model, trans } = props;
  const { description } = model;
  const icon = stateIcon('failed');
  if (!description) {
    return <></>;
  }
  return (
    <div className="jp-RemoteImport-page" aria-busy={model.busy !== ''}>
      <section
        className="jp-RemoteImport-side"
        aria-label={trans.__('What was shared')}
      >
        <h2>{description.name}</h2>
        <p className="jp-RemoteImport-note">
          {trans.__('Nothing in it has run here, and copying runs nothing.')}
        </p>
        <ImportCopies {...props} />
        <ImportTarget {...props} />
        {model.problem && (
          <p className="jp-RemoteSharing-problem" role="alert">
            <icon.react tag="span" width="16px" aria-hidden="true" />
            <span>{fullSentence(model.problem)}</span>
          </p>
        )}
        <Facts
          {...props}
          description={description}
          place={model.foreign ? (model.url?.host ?? '') : ''}
        />
        {model.otherServer && (
          <p>
            {trans.__('Your server runs with other options.')}{' '}
            <PageLink
              model={model}
              words={trans.__('The page of the link starts one with these.')}
            />
          </p>
        )}
        <Downloads {...props} once={description.once} />
      </section>
      <Preview {...props} />
    </div>
  );
}

/** The way to the page that every browser can show. */
function PageLink(props: {
  readonly model: ImportModel;
  readonly words: string;
}): React.JSX.Element {
  return (
    <a
      className="jp-RemoteImport-link"
      href={props.model.url?.href}
      target="_blank"
      rel="noreferrer"
    >
      {props.words}
    </a>
  );
}

function Downloads(
  props: IImportProps & { readonly once: boolean }
): React.JSX.Element {
  const { model, actions, once, trans } = props;
  return (
    <>
      <div className="jp-RemoteImport-buttons">
        <button
          className="jp-mod-styled"
          disabled={model.busy !== ''}
          onClick={() => void actions.download('notebook')}
        >
          {trans.__('Download')}
        </button>
        {model.bundled && (
          <button
            className="jp-mod-styled"
            disabled={model.busy !== ''}
            title={trans.__('With its options, as a zip file')}
            onClick={() => void actions.download('bundle')}
          >
            {trans.__('Download Bundle')}
          </button>
        )}
      </div>
      {once && (
        <p className="jp-RemoteImport-note">
          {trans.__('The link works once: for one copy or one download.')}
        </p>
      )}
    </>
  );
}

/** As the server of the link draws it, in a box without scripts. */
function Preview({ model, trans }: IImportProps): React.JSX.Element {
  return (
    <section
      className="jp-RemoteImport-preview"
      aria-label={trans.__('Preview')}
    >
      {model.foreign ? (
        <p className="jp-RemoteNote">
          {trans.__('Notebooks of other places have no preview here.')}{' '}
          <PageLink
            model={model}
            words={trans.__('The page of the link has one.')}
          />
        </p>
      ) : (
        <iframe
          title={trans.__('Preview of the notebook')}
          src={model.at('preview')}
          sandbox=""
          referrerPolicy="no-referrer"
        />
      )}
    </section>
  );
}
