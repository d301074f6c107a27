import type { TranslationBundle } from '@jupyterlab/translation';
import { closeIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import { fileKey, fileName } from '../everestfiles';
import type { ChosenFile } from '../everestfiles';
import type { Upload } from '../everestuploads';
import { bytes, fullSentence } from '../format';
import { stateIcon } from '../icons';
import type { IPickActions } from '../pickfiles';
import { BrowseButton } from './browsebutton';

/** What the input element of a field has. */
export interface ICommon {
  readonly id: string;
  readonly 'aria-describedby': string;
  readonly 'aria-invalid': boolean;
  readonly 'aria-required': boolean;
}

export interface IFilesProps {
  /** Where files are dropped: see FormView. */
  readonly drop: string;
  readonly label: string;
  readonly several: boolean;
  readonly files: readonly ChosenFile[];
  readonly common: ICommon;
  /** Whether the form is being sent: nothing can be taken out now. */
  readonly busy: boolean;
  /** How those are that are sent one by one, by path. */
  readonly sent?: ReadonlyMap<string, Upload>;
  /** Ends one that is on its way. */
  readonly cancel?: (path: string) => void;
  readonly add: (files: readonly ChosenFile[]) => void;
  readonly remove: (file: ChosenFile) => void;
  /** What is typed; without it only paths can be. */
  readonly read?: (text: string) => readonly ChosenFile[];
  readonly actions: Pick<IPickActions, 'browse'>;
  readonly trans: TranslationBundle;
}

/** A file, or several: chosen, dragged from the file browser, or typed. */
export function FilesField(props: IFilesProps): React.JSX.Element {
  const { drop, label, several, files, trans } = props;
  return (
    <div
      className="jp-RemoteApps-files"
      data-drop={drop}
      data-several={several}
      aria-label={label}
      role="group"
    >
      {files.length > 0 && (
        <ul aria-label={trans.__('Files of %1', label)}>
          {files.map(file => (
            <Chosen key={fileKey(file)} {...props} file={file} />
          ))}
        </ul>
      )}
      <Typed {...props} bare={!several && files.length > 0} />
    </div>
  );
}

/** What is asked for where nothing is written. */
function wanted({ several, read, trans }: IFilesProps): string {
  if (!read) {
    return trans.__('Drag files here, or write a path');
  }
  return several
    ? trans.__('Drag files here, or write a path or address')
    : trans.__('Drag a file here, or write a path or address');
}

/** The box for a path or address, and the button that opens the file browser; `bare`: only this. */
function Typed(
  props: IFilesProps & { readonly bare: boolean }
): React.JSX.Element {
  const { label, several, actions, common, bare, trans } = props;
  const [text, setText] = React.useState('');
  const { browse } = actions;
  const { read = path => [{ path }] } = props;
  const choose = several
    ? trans.__('Choose files for %1', label)
    : trans.__('Choose a file for %1', label);
  const take = () => {
    props.add(read(text.trim()));
    setText('');
  };
  return (
    <div className="jp-RemoteSubmit-folder" data-bare={bare}>
      {!bare && (
        <input
          {...common}
          className="jp-mod-styled"
          value={text}
          placeholder={wanted(props)}
          spellCheck={false}
          autoComplete="off"
          onChange={event => {
            setText(event.target.value);
          }}
          onBlur={() => {
            if (text.trim()) {
              take();
            }
          }}
          onKeyDown={event => {
            if (event.key === 'Enter' && text.trim()) {
              // What is typed becomes a file; the form is not submitted yet.
              event.preventDefault();
              take();
            }
          }}
        />
      )}
      {browse && (
        <BrowseButton
          title={choose}
          browse={() => {
            void browse(several).then(files => {
              if (files.length > 0) {
                props.add(files);
              }
            });
          }}
        />
      )}
    </div>
  );
}

function Chosen(
  props: IFilesProps & { readonly file: ChosenFile }
): React.JSX.Element {
  const { busy, file, trans } = props;
  const name = fileName(file);
  const sent = 'path' in file ? props.sent?.get(file.path) : undefined;
  const running = busy && sent?.state === 'running';
  const title = running
    ? trans.__('Cancel sending %1', name)
    : trans.__('Take out %1', name);
  return (
    <li data-upload={sent?.state}>
      <span className="jp-RemoteApps-file" title={fileKey(file)}>
        {name}
        {'uri' in file && <small> {trans.__('on the server')}</small>}
      </span>
      <button
        type="button"
        className="jp-RemoteRow-action"
        title={title}
        aria-label={title}
        disabled={busy && !running}
        onClick={() => {
          if (running && 'path' in file) {
            props.cancel?.(file.path);
          } else {
            props.remove(file);
          }
        }}
      >
        <closeIcon.react tag="span" width="16px" aria-hidden="true" />
      </button>
      {sent && busy && <Progress name={name} sent={sent} trans={trans} />}
      {sent?.state === 'failed' && (
        <p className="jp-RemoteAccount-fault">
          <FailedIcon />
          <span>{fullSentence(sent.error)}</span>
        </p>
      )}
    </li>
  );
}

function FailedIcon(): React.JSX.Element {
  const icon = stateIcon('failed');
  return <icon.react tag="span" width="14px" aria-hidden="true" />;
}

/** How far a file is, as a bar and in words. */
function Progress(props: {
  readonly name: string;
  readonly sent: Upload;
  readonly trans: TranslationBundle;
}): React.JSX.Element | null {
  const { name, sent, trans } = props;
  const { state, done, total } = sent;
  if (state === 'failed') {
    return null;
  }
  const known = total > 0;
  const words = {
    running: known
      ? trans.__('%1 of %2', bytes(done), bytes(total))
      : trans.__('waiting'),
    done: trans.__('sent'),
    cancelled: trans.__('cancelled')
  }[state];
  return (
    <span className="jp-RemoteApps-progress">
      {state === 'running' && (
        <progress
          aria-label={trans.__('Sending %1', name)}
          max={known ? total : 1}
          value={known ? done : undefined}
        />
      )}
      <small>{words}</small>
    </span>
  );
}
