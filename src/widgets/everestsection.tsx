import type { TranslationBundle } from '@jupyterlab/translation';
import { UseSignal } from '@jupyterlab/ui-components';
import type { CommandRegistry } from '@lumino/commands';
import * as React from 'react';

import { CommandIDs } from '../commandids';
import type { IRemoteEverest } from '../tokens';
import { AccountRow } from './everestrow';
import { useNow } from './hooks';
import { LookedAt } from './looked';
import { Trouble } from './trouble';

/** Times are shown anew this often, in ms. */
const TICK = 15_000;

/** While somebody looks, all servers are asked this often, in ms. */
const LOOK = 60_000;

/** What the section needs. */
export interface IEverestSectionOptions {
  readonly everest: IRemoteEverest;
  readonly commands: CommandRegistry;
  readonly trans: TranslationBundle;
}

/** The accounts on Everest servers. */
export class EverestSection extends LookedAt {
  constructor(private readonly _options: IEverestSectionOptions) {
    super({
      name: 'everest-look',
      ask: () => _options.everest.refresh(),
      interval: LOOK
    });
    this.addClass('jp-RemoteEverest');
  }

  protected override render(): React.JSX.Element {
    const { everest } = this._options;
    return (
      <UseSignal signal={everest.changed} shouldUpdate={() => this.isVisible}>
        {() => <Accounts {...this._options} />}
      </UseSignal>
    );
  }

  protected looked(): void {
    this._options.everest.open();
  }
}

function Accounts(props: IEverestSectionOptions): React.JSX.Element {
  const { everest, commands, trans } = props;
  const now = useNow(TICK);
  const { accounts } = everest;
  return (
    <>
      <Trouble
        list={everest}
        retry={() => void commands.execute(CommandIDs.refreshEverest)}
        trans={trans}
      />
      {accounts.length === 0 && <Nothing {...props} />}
      {accounts.length > 0 && (
        <ul className="jp-RemoteList" aria-label={trans.__('Everest accounts')}>
          {accounts.map(account => (
            <AccountRow
              key={account.name}
              {...{ account, now, commands, trans }}
            />
          ))}
        </ul>
      )}
    </>
  );
}

function Nothing(props: IEverestSectionOptions): React.JSX.Element | null {
  const { everest, commands, trans } = props;
  if (everest.freshness === 'loading') {
    return <p className="jp-RemoteNote">{trans.__('Loading…')}</p>;
  }
  if (everest.freshness !== 'fresh') {
    return null;
  }
  return (
    <div className="jp-RemoteNote" data-remote="no-everest">
      <p>
        {trans.__(
          'With an account on an Everest server you run its applications on machines that others have attached to it.'
        )}
      </p>
      <button
        className="jp-mod-styled jp-mod-accept"
        onClick={() => void commands.execute(CommandIDs.addEverest)}
      >
        {trans.__('Add Account')}
      </button>
    </div>
  );
}
