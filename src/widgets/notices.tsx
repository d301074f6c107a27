import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import * as React from 'react';

import { CommandIDs } from '../commandids';
import type { IMissing } from '../missing';
import { missingApps } from '../missing';
import type { IRemoteSessions } from '../tokens';
import { copyReason } from './missing';

interface INoticesProps {
  readonly sessions: IRemoteSessions;
  readonly commands: CommandRegistry;
  readonly trans: TranslationBundle;
}

/** What the user should know and need not act on: a line each, that unfolds. */
export function Notices(props: INoticesProps): React.JSX.Element {
  const { sessions } = props;
  return (
    <>
      {missingApps(sessions.apps).map(missing => (
        <Missing key={missing.reason} {...props} missing={missing} />
      ))}
      <Problems {...props} />
    </>
  );
}

/** Apps that cannot be used here, and how to install what they need. */
function Missing(
  props: INoticesProps & { readonly missing: IMissing }
): React.JSX.Element {
  const { sessions, commands, missing, trans } = props;
  const { titles, reason } = missing;
  return (
    <details
      className="jp-RemoteNotice"
      data-remote="missing"
      open={sessions.all.length === 0}
    >
      <summary>
        {trans.__('Cannot be used here: %1', titles.join(', '))}
      </summary>
      <p>{reason}</p>
      <div className="jp-RemoteNotice-buttons">
        <button
          className="jp-mod-styled"
          title={trans.__('Copy the text')}
          onClick={() => void copyReason(reason, trans)}
        >
          {trans.__('Copy')}
        </button>
        <button
          className="jp-mod-styled"
          title={trans.__('Look again whether it is installed')}
          onClick={() => void commands.execute(CommandIDs.refresh)}
        >
          {trans.__('Look Again')}
        </button>
      </div>
    </details>
  );
}

/** Records that the server cannot read and leaves as they are. */
function Problems(props: INoticesProps): React.JSX.Element | null {
  const { sessions, trans } = props;
  const { problems } = sessions;
  if (problems.length === 0) {
    return null;
  }
  return (
    <details className="jp-RemoteNotice" data-remote="problems">
      <summary>
        {trans._n(
          'One session cannot be shown',
          '%1 sessions cannot be shown',
          problems.length
        )}
      </summary>
      <p>
        {trans.__('Their records cannot be read and are left as they are:')}
      </p>
      <ul>
        {problems.map(({ id, message }) => (
          <li key={id}>{message}</li>
        ))}
      </ul>
    </details>
  );
}
