import { PathExt } from '@jupyterlab/coreutils';
import * as React from 'react';

import type { IGoing } from '../everestjobmodel';
import { doneIcon, stateIcon } from '../icons';
import { failureWords } from '../transferview';
import type { IEverestProps } from './everestpart';
import { TransferBar } from './transferbar';

/** So many stored files are named. */
const NAMED = 8;

/** What is on its way to a folder, or came of it. */
export function EverestTransfer(
  props: IEverestProps
): React.JSX.Element | null {
  const { model, trans } = props;
  const { going, refusal } = model;
  if (refusal) {
    const title = trans.__('Nothing was stored.');
    return <Failure title={title} words={refusal} />;
  }
  if (!going) {
    return null;
  }
  const { now } = going;
  if (now.state === 'running') {
    return <Progress {...props} going={going} />;
  }
  if (now.state !== 'done') {
    const title =
      going.kind === 'unpack'
        ? trans.__('The results were not unpacked.')
        : trans.__('Not everything was stored.');
    return <Failure title={title} words={failureWords(now, trans)} />;
  }
  return going.kind === 'fetch' ? <Stored {...props} going={going} /> : null;
}

type GoingProps = IEverestProps & { readonly going: IGoing };

function Progress({ model, going, trans }: GoingProps): React.JSX.Element {
  const { now, ending, kind, name, folder } = going;
  const where = folder ? folder : trans.__('the top of the file browser');
  const words =
    kind === 'unpack'
      ? trans.__('Unpacking the results into a new folder in %1…', where)
      : name
        ? trans.__('Storing %1 in %2…', name, where)
        : trans.__('Storing all outputs in %1…', where);
  return (
    <TransferBar
      now={now}
      words={ending ? trans.__('Cancelling…') : words}
      trans={trans}
    >
      <button
        className="jp-mod-styled"
        disabled={ending}
        onClick={() => {
          model.end();
        }}
      >
        {trans.__('Cancel')}
      </button>
    </TransferBar>
  );
}

function Failure(props: {
  readonly title: string;
  readonly words: string;
}): React.JSX.Element {
  const icon = stateIcon('failed');
  return (
    <div className="jp-RemoteDetails-problem" role="alert">
      <icon.react tag="span" width="16px" aria-hidden="true" />
      <div>
        <p>{props.title}</p>
        <p>{props.words}</p>
      </div>
    </div>
  );
}

function Stored(props: GoingProps): React.JSX.Element {
  const { model, actions, going, trans } = props;
  const { stored } = model;
  const [first] = stored;
  const icon = doneIcon;
  const words =
    stored.length === 0
      ? trans.__('There was nothing to store.')
      : trans._n(
          '%1 file was stored in %2:',
          '%1 files were stored in %2:',
          stored.length,
          going.folder || trans.__('the top of the file browser')
        );
  return (
    <div className="jp-RemoteEverest-stored" role="status">
      <icon.react tag="span" width="16px" aria-hidden="true" />
      <span>{words}</span>
      {stored.slice(0, NAMED).map(path => (
        <button
          key={path}
          className="jp-RemoteLink"
          title={trans.__('Open %1', path)}
          onClick={() => {
            actions.open(path);
          }}
        >
          {PathExt.basename(path)}
        </button>
      ))}
      {stored.length > NAMED && (
        <span>{trans.__('and %1 more', stored.length - NAMED)}</span>
      )}
      {first !== undefined && (
        <button
          className="jp-mod-styled"
          onClick={() => {
            actions.show(PathExt.dirname(first));
          }}
        >
          {trans.__('Show Folder')}
        </button>
      )}
    </div>
  );
}
