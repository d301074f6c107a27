import { addIcon, closeIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import { Text } from './sweepform';
import type { ISweepProps } from './sweepform';

/** The files that are sent with the sweep. */
export function SweepFiles(props: ISweepProps): React.JSX.Element {
  const { model, actions, trans } = props;
  const { browse } = actions;
  const { files } = model.draft;
  const problem = model.wordsFor('files');
  return (
    <fieldset className="jp-RemoteSweep-files">
      <legend>{trans.__('Input files')}</legend>
      <ul>
        {files.map(path => (
          <li key={path}>
            <span title={path}>{path}</span>
            <button
              type="button"
              className="jp-RemoteRow-action"
              title={trans.__('Do not send %1', path)}
              aria-label={trans.__('Do not send %1', path)}
              onClick={() => {
                model.removeFile(path);
              }}
            >
              <closeIcon.react tag="span" width="16px" aria-hidden="true" />
            </button>
          </li>
        ))}
      </ul>
      <div className="jp-RemoteSweep-add">
        <button
          type="button"
          className="jp-mod-styled"
          disabled={!browse}
          onClick={() => {
            void browse?.().then(paths => {
              model.addFiles(paths);
            });
          }}
        >
          <addIcon.react tag="span" width="16px" aria-hidden="true" />
          {trans.__('Add Files…')}
        </button>
        {files.length === 0 && (
          <span>
            {trans.__('Programs and data that the tasks need, if any.')}
          </span>
        )}
      </div>
      {problem && (
        <div className="jp-RemoteSubmit-words">
          <p data-words="problem">{problem}</p>
        </div>
      )}
      {(files.length > 1 || model.draft.wanted !== '') && (
        <Text
          {...props}
          field="wanted"
          problem="wanted"
          label={trans.__('For each task')}
          placeholder={trans.__('all of them')}
          hint={trans.__(
            'Names, with blanks between; may contain ${name}, so that each task gets its own.'
          )}
        />
      )}
    </fieldset>
  );
}
