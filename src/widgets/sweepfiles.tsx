import * as React from 'react';

import { FilesField } from './filesfield';
import { Text } from './sweepform';
import type { ISweepProps } from './sweepform';

/** The files that are sent with the sweep. */
export function SweepFiles(props: ISweepProps): React.JSX.Element {
  const { model, actions, trans } = props;
  const id = React.useId();
  const { files, wanted } = model.draft;
  const problem = model.wordsFor('files');
  const label = trans.__('Input files');
  return (
    <>
      <div className="jp-RemoteSubmit-field" data-field="files">
        <label htmlFor={id}>{label}</label>
        <FilesField
          drop="files"
          label={label}
          several={true}
          files={files.map(path => ({ path }))}
          common={{
            id,
            'aria-describedby': `${id}-words`,
            'aria-invalid': problem !== '',
            'aria-required': false
          }}
          busy={model.sending.busy !== ''}
          add={chosen => {
            model.addFiles(chosen.filter(file => 'path' in file));
          }}
          remove={file => {
            if ('path' in file) {
              model.removeFile(file.path);
            }
          }}
          actions={actions}
          trans={trans}
        />
        <div id={`${id}-words`} className="jp-RemoteSubmit-words">
          {problem ? (
            <p data-words="problem">{problem}</p>
          ) : (
            <p>{trans.__('Programs and data that the tasks need, if any.')}</p>
          )}
        </div>
      </div>
      {(files.length > 1 || wanted !== '') && (
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
    </>
  );
}
