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
  return (
    <li className="jp-RemoteRow" data-session={id} data-state={state}>
      <icon.react tag="span" width="16px" className="jp-RemoteRow-app" />
      <button
        className="jp-RemoteRow-name"
        title={[name, app?.title ?? session.app, session.reason].join('\n')}
        onClick={open}
      >
        {name}
      </button>
      <Actions {...props} />
      <Small {...props} text={small.join('\u00a0· ')} />
    </li>
  );
});

function Small(
  props: IRowProps & { readonly text: string }
): React.JSX.Element {
  const { session, trans, text } = props;
  // A session that was stopped is no news; its reason is in the title.
  const stopped = session.state === 'stopped';
  const reason = stopped ? '' : endReason(session, trans);
  return (
    <>
      <div className="jp-RemoteRow-small" title={text}>
        <State {...props} /> <span>{text}</span>
      </div>
      {reason && (
        <div className="jp-RemoteRow-small" title={reason}>
          <span>{reason}</span>
        </div>
      )}
    </>
  );
}

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
  const { name } = session;
  const log: IActionProps = {
    command: CommandIDs.showLog,
    icon: listIcon,
    title: trans.__('Show log of %1', name)
  };
  const actions = ENDED.has(session.state)
    ? [again(name, trans), log, forget(name, trans)]
    : [log, rename(name, trans), stop(name, trans)];
  return (
    <div className="jp-RemoteRow-actions">
      {actions.map(action => (
        <Action key={action.command} {...props} {...action} />
      ))}
    </div>
  );
}

interface IActionProps {
  readonly command: string;
  readonly icon: LabIcon;
  readonly title: string;
}

function again(name: string, trans: TranslationBundle): IActionProps {
  const title = trans.__('Start %1 again', name);
  return { command: CommandIDs.restartSession, icon: refreshIcon, title };
}

function forget(name: string, trans: TranslationBundle): IActionProps {
  const title = trans.__('Forget %1', name);
  return { command: CommandIDs.purgeSession, icon: closeIcon, title };
}

function rename(name: string, trans: TranslationBundle): IActionProps {
  const title = trans.__('Rename %1', name);
  return { command: CommandIDs.renameSession, icon: editIcon, title };
}

function stop(name: string, trans: TranslationBundle): IActionProps {
  const title = trans.__('Stop %1', name);
  return { command: CommandIDs.stopSession, icon: stopIcon, title };
}

function Action(props: IRowProps & IActionProps): React.JSX.Element {
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
