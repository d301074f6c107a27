import type { TranslationBundle } from '@jupyterlab/translation';
import type { LabIcon } from '@jupyterlab/ui-components';
import {
  closeIcon,
  copyIcon,
  notebookIcon,
  refreshIcon,
  stopIcon
} from '@jupyterlab/ui-components';
import type { CommandRegistry } from '@lumino/commands';
import * as React from 'react';

import { CommandIDs } from '../commandids';
import { attempt } from '../commands';
import { duration, secondsSince } from '../format';
import { extendIcon, importIcon, qrIcon, stateIcon } from '../icons';
import { shareDetails, shareWord, stateNow } from '../shareview';
import type { IReceived, IShare } from '../tokens';

interface IRowProps {
  readonly now: number;
  readonly commands: CommandRegistry;
  readonly trans: TranslationBundle;
}

/** Open a file; it may be gone. */
function openFile({ commands, trans }: IRowProps, path: string): void {
  void attempt(trans.__('Cannot open %1', path), async () => {
    await commands.execute('docmanager:open', { path });
  });
}

/** A notebook that the user shares: how it is, what can be done with it. */
export function ShareRow(
  props: IRowProps & { readonly share: IShare }
): React.JSX.Element {
  const { share, now, commands, trans } = props;
  const { id, name, path, changed, problem } = share;
  const state = stateNow(share, now);
  const icon = stateIcon(state === 'active' ? 'running' : 'stopped');
  const small = shareDetails(share, now, trans).join('\u00a0· ');
  const stale = state === 'active' && changed;
  return (
    <li className="jp-RemoteRow" data-share={id} data-state={state}>
      <notebookIcon.react
        tag="span"
        width="16px"
        className="jp-RemoteRow-app"
      />
      <button
        className="jp-RemoteRow-name"
        title={path}
        onClick={() => {
          openFile(props, path);
        }}
      >
        {name}
      </button>
      <div className="jp-RemoteRow-actions">
        {actionsOf(share, state === 'active', trans).map(action => (
          <Action
            key={action.command}
            {...action}
            run={() => void commands.execute(action.command, { share: id })}
          />
        ))}
      </div>
      <div className="jp-RemoteRow-small" title={small}>
        <span className="jp-RemoteRow-state">
          <icon.react tag="span" width="12px" aria-hidden="true" />
          {shareWord(state, trans)}
        </span>{' '}
        <span>{small}</span>
      </div>
      {stale && <Note words={trans.__('The file is newer than the link.')} />}
      {problem && <Note words={problem} />}
    </li>
  );
}

/** What can be done with a share. */
function actionsOf(
  { name }: IShare,
  active: boolean,
  trans: TranslationBundle
): readonly IAction[] {
  if (!active) {
    return [
      {
        command: CommandIDs.forgetShare,
        icon: closeIcon,
        title: trans.__('Forget the link to %1', name)
      }
    ];
  }
  return [
    {
      command: CommandIDs.copyShareLink,
      icon: copyIcon,
      title: trans.__('Copy the link to %1', name)
    },
    {
      command: CommandIDs.showShareLink,
      icon: qrIcon,
      title: trans.__('Show the link to %1', name)
    },
    {
      command: CommandIDs.updateShare,
      icon: refreshIcon,
      title: trans.__('Update the link to %1 now', name)
    },
    {
      command: CommandIDs.extendShare,
      icon: extendIcon,
      title: trans.__('Extend the link to %1', name)
    },
    {
      command: CommandIDs.revokeShare,
      icon: stopIcon,
      title: trans.__('Revoke the link to %1', name)
    }
  ];
}

/** A notebook that somebody shared with the user. */
export function ReceivedRow(
  props: IRowProps & { readonly received: IReceived }
): React.JSX.Element {
  const { received, now, commands, trans } = props;
  const { id, path, link } = received;
  // A copy may have another name than what was shared.
  const name = path.replace(/.*\//, '') || received.name;
  const look = () => void commands.execute(CommandIDs.openSharedLink, { link });
  const small = receivedDetails(received, now, trans).join('\u00a0· ');
  const title = trans.__('Show what the link to %1 leads to', name);
  return (
    <li className="jp-RemoteRow" data-received={id}>
      <notebookIcon.react
        tag="span"
        width="16px"
        className="jp-RemoteRow-app"
      />
      <button
        className="jp-RemoteRow-name"
        title={path || name}
        onClick={() => {
          if (path) {
            openFile(props, path);
          } else {
            look();
          }
        }}
      >
        {name}
      </button>
      <div className="jp-RemoteRow-actions">
        {link && (
          <Action
            command={CommandIDs.openSharedLink}
            icon={importIcon}
            title={title}
            run={look}
          />
        )}
      </div>
      <div className="jp-RemoteRow-small" title={small}>
        <span>{small}</span>
      </div>
    </li>
  );
}

function receivedDetails(
  received: IReceived,
  now: number,
  trans: TranslationBundle
): string[] {
  const { sender, path, revision, newest, changed_here } = received;
  const { gone, news, time } = received;
  const ago = duration(secondsSince(time, now), trans);
  return [
    news ? trans.__('new') : '',
    newest !== null && newest > revision && path
      ? trans.__('newer version')
      : '',
    gone ? trans.__('link ended') : '',
    sender ? trans.__('from %1', sender) : '',
    path ? trans.__('copied %1 ago', ago) : trans.__('not copied yet'),
    path ? trans.__('revision %1', revision) : '',
    changed_here ? trans.__('changed here') : ''
  ]
    .filter(part => part !== '')
    .map(part => part.replace(/ /g, '\u00a0'));
}

/** A button of a row. */
export interface IAction {
  readonly command: string;
  readonly icon: LabIcon;
  readonly title: string;
}

/** It, as it stands in the row. */
export function Action(
  props: IAction & { readonly run: () => void }
): React.JSX.Element {
  const { command, icon, title, run } = props;
  return (
    <button
      className="jp-RemoteRow-action"
      title={title}
      aria-label={title}
      data-command={command}
      onClick={run}
    >
      <icon.react tag="span" width="16px" aria-hidden="true" />
    </button>
  );
}

/** What there is to worry about in a row. */
export function Note({ words }: { readonly words: string }): React.JSX.Element {
  const icon = stateIcon('lost');
  return (
    <div className="jp-RemoteRow-small jp-RemoteShares-note" title={words}>
      <icon.react tag="span" width="12px" aria-hidden="true" />
      <span>{words}</span>
    </div>
  );
}
