import type { TranslationBundle } from '@jupyterlab/translation';
import { closeIcon, searchIcon } from '@jupyterlab/ui-components';
import type { CommandRegistry } from '@lumino/commands';
import * as React from 'react';

import { CommandIDs } from '../commandids';
import {
  accountLines,
  accountShape,
  accountState,
  accountWord,
  isOurs,
  keptWords,
  leftWords,
  troubleWords,
  whereWords
} from '../everestview';
import { fullSentence } from '../format';
import { everestIcon, extendIcon, stateIcon } from '../icons';
import type { IEverestAccount } from '../tokens';
import { Action, Note } from './sharerow';
import type { IAction } from './sharerow';

/** An account: how it is, what can be done with it. */
export function AccountRow(props: {
  readonly account: IEverestAccount;
  readonly now: number;
  readonly commands: CommandRegistry;
  readonly trans: TranslationBundle;
}): React.JSX.Element {
  const { account, now, commands, trans } = props;
  const { name } = account;
  const state = accountState(account, now);
  const shape = stateIcon(accountShape(state));
  const trouble = troubleWords(account, state);
  const about = [whereWords(account), keptWords(account, trans)];
  const words = about.join('\u00a0· ');
  const run = (command: string) =>
    void commands.execute(command, { server: name });
  return (
    <li className="jp-RemoteRow" data-account={name} data-state={state}>
      <everestIcon.react tag="span" width="16px" className="jp-RemoteRow-app" />
      <button
        className="jp-RemoteRow-name"
        title={accountLines(account, trans).join('\n')}
        onClick={() => {
          run(CommandIDs.everestApps);
        }}
      >
        {name}
      </button>
      <div className="jp-RemoteRow-actions">
        {actionsOf(account, trans).map(action => (
          <Action
            key={action.command}
            {...action}
            run={() => {
              run(action.command);
            }}
          />
        ))}
      </div>
      <div className="jp-RemoteRow-small">
        <span className="jp-RemoteRow-state">
          <shape.react tag="span" width="12px" aria-hidden="true" />
          {accountWord(state, trans)}
        </span>{' '}
        <span>{leftWords(account, now, trans)}</span>
      </div>
      {trouble && <Note words={fullSentence(trouble)} />}
      <div className="jp-RemoteRow-small" title={words}>
        <span>{words}</span>
      </div>
    </li>
  );
}

function actionsOf(
  account: IEverestAccount,
  trans: TranslationBundle
): readonly IAction[] {
  const { name } = account;
  const show = {
    command: CommandIDs.everestApps,
    icon: searchIcon,
    title: trans.__('Applications of %1', name)
  };
  const changes = [
    {
      command: CommandIDs.renewEverest,
      icon: extendIcon,
      title: trans.__('Renew the token of %1', name)
    },
    {
      command: CommandIDs.forgetEverest,
      icon: closeIcon,
      title: trans.__('Forget the account %1', name)
    }
  ];
  return isOurs(account) ? [show, ...changes] : [show];
}
