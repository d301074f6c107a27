import { closeIcon, folderIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import { fileKey, fileName, filesOf } from '../everestfiles';
import type { ChosenFile } from '../everestfiles';
import type { Upload } from '../everestuploads';
import { bytes, fullSentence } from '../format';
import { stateIcon } from '../icons';
import type { ICommon, IPortProps } from './everestfield';

interface IFileProps extends IPortProps {
  readonly common: ICommon;
}

/** A file, or several: chosen, dragged from the file browser, or typed. */
export function FileField(props: IFileProps): React.JSX.Element {
  const { form, port, trans } = props;
  const files = form.draft.files[port.name] ?? [];
  const several = port.type === 'array';
  return (
    <div
      className="jp-RemoteApps-files"
      data-drop={port.name}
      data-several={several}
      aria-label={port.title || port.name}
      role="group"
    >
      {files.length > 0 && (
        <ul aria-label={trans.__('Files of %1', port.title || port.name)}>
          {files.map(file => (
            <Chosen key={fileKey(file)} {...props} file={file} />
          ))}
        </ul>
      )}
      <Typed {...props} bare={!several && files.length > 0} />
    </div>
  );
}

/** The box for a path or address, and the button that opens the file browser; `bare`: only this. */
function Typed(
  props: IFileProps & { readonly bare: boolean }
): React.JSX.Element {
  const { form, port, actions, common, bare, trans } = props;
  const [text, setText] = React.useState('');
  const { browse } = actions;
  const several = port.type === 'array';
  const choose = several
    ? trans.__('Choose files for %1', port.title || port.name)
    : trans.__('Choose a file for %1', port.title || port.name);
  const take = () => {
    form.addFiles(port, filesOf(text.trim()));
    setText('');
  };
  return (
    <div className="jp-RemoteSubmit-folder" data-bare={bare}>
      {!bare && (
        <input
          {...common}
          className="jp-mod-styled"
          value={text}
          placeholder={
            several
              ? trans.__('Drag files here, or write a path or address')
              : trans.__('Drag a file here, or write a path or address')
          }
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
        <button
          type="button"
          className="jp-mod-styled"
          title={choose}
          aria-label={choose}
          onClick={() => {
            void browse(several).then(files => {
              if (files.length > 0) {
                form.addFiles(port, files);
              }
            });
          }}
        >
          <folderIcon.react tag="span" width="16px" aria-hidden="true" />
        </button>
      )}
    </div>
  );
}

function Chosen(
  props: IFileProps & { readonly file: ChosenFile }
): React.JSX.Element {
  const { form, port, file, trans } = props;
  const name = fileName(file);
  const sent = 'path' in file ? form.uploads.all.get(file.path) : undefined;
  const running = form.busy === 'upload' && sent?.state === 'running';
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
        disabled={form.busy !== '' && !running}
        onClick={() => {
          if (running && 'path' in file) {
            form.uploads.cancel(file.path);
          } else {
            form.removeFile(port.name, file);
          }
        }}
      >
        <closeIcon.react tag="span" width="16px" aria-hidden="true" />
      </button>
      {sent && form.busy !== '' && (
        <Progress {...props} name={name} sent={sent} />
      )}
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
function Progress(
  props: IFileProps & { readonly name: string; readonly sent: Upload }
): React.JSX.Element | null {
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
