import type { TranslationBundle } from '@jupyterlab/translation';
import type { LabIcon } from '@jupyterlab/ui-components';
import {
  closeIcon,
  editIcon,
  listIcon,
  refreshIcon,
  stopIcon
} from '@jupyterlab/ui-components';
import type { CommandRegistry } from '@lumino/commands';
import * as React from 'react';

import { CommandIDs } from '../commandids';
import { details, ENDED, endReason, stateWord } from '../format';
import { appIcon, stateIcon } from '../icons';
import type { IAppInfo, ISession } from '../tokens';

interface IRowProps {
  readonly session: ISession;
  readonly app: IAppInfo | undefined;
  readonly now: number;
  readonly commands: CommandRegistry;
  readonly trans: TranslationBundle;
}

/** A session in the list: what it is, how it is, what can be done with it. */
export const SessionRow = React.memo(function SessionRow(
  props: IRowProps
): React.JSX.Element {
  const { session, app, now, commands, trans } = props;
  const { id, name, state } = session;
  const open = () => void commands.execute(CommandIDs.openSession, { id });
  const icon = appIcon(session.app, app);
  const small = details(session, now, trans);
  // A session that was stopped is no news; its reason is in the title.
  const reason = state === 'stopped' ? '' : endReason(session, trans);
  return (
    <li
      className="jp-RemoteRow"
      data-session={id}
      data-state={state}
      onDoubleClick={open}
    >
      <icon.react tag="span" width="16px" className="jp-RemoteRow-app" />
      <button
        className="jp-RemoteRow-name"
        title={[name, app?.title ?? session.app, session.reason].join('\n')}
        onClick={open}
      >
        {name}
      </button>
      <Actions {...props} />
      <div className="jp-RemoteRow-small" title={small.join(' · ')}>
        <State {...props} /> <span>{small.join(' · ')}</span>
      </div>
      {reason && (
        <div className="jp-RemoteRow-small" title={reason}>
          <span>{reason}</span>
        </div>
      )}
    </li>
  );
});

function State({ session, trans }: IRowProps): React.JSX.Element {
  const icon = stateIcon(session.state);
  return (
    <span className="jp-RemoteRow-state">
      <icon.react tag="span" width="12px" aria-hidden="true" />
      {stateWord(session.state, trans)}
    </span>
  );
}

function Actions(props: IRowProps): React.JSX.Element {
  const { session, trans } = props;
  const ended = ENDED.has(session.state);
  return (
    <div className="jp-RemoteRow-actions">
      {ended && (
        <Action
          {...props}
          command={CommandIDs.restartSession}
          icon={refreshIcon}
          title={trans.__('Start %1 again', session.name)}
        />
      )}
      <Action
        {...props}
        command={CommandIDs.showLog}
        icon={listIcon}
        title={trans.__('Show log of %1', session.name)}
      />
      {!ended && (
        <Action
          {...props}
          command={CommandIDs.renameSession}
          icon={editIcon}
          title={trans.__('Rename %1', session.name)}
        />
      )}
      {ended ? (
        <Action
          {...props}
          command={CommandIDs.purgeSession}
          icon={closeIcon}
          title={trans.__('Forget %1', session.name)}
        />
      ) : (
        <Action
          {...props}
          command={CommandIDs.stopSession}
          icon={stopIcon}
          title={trans.__('Stop %1', session.name)}
        />
      )}
    </div>
  );
}

function Action(
  props: IRowProps & {
    readonly command: string;
    readonly icon: LabIcon;
    readonly title: string;
  }
): React.JSX.Element {
  const { session, commands, command, icon, title } = props;
  return (
    <button
      className="jp-RemoteRow-action"
      title={title}
      aria-label={title}
      data-command={command}
      onClick={() => void commands.execute(command, { id: session.id })}
    >
      <icon.react tag="span" width="16px" aria-hidden="true" />
    </button>
  );
}
