import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget, UseSignal } from '@jupyterlab/ui-components';
import type { CommandRegistry } from '@lumino/commands';
import type { Message } from '@lumino/messaging';
import { Poll } from '@lumino/polling';
import * as React from 'react';

import { CommandIDs } from '../commandids';
import type { IRemoteEverest } from '../tokens';
import { AccountRow } from './everestrow';
import { useNow } from './hooks';
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
export class EverestSection extends ReactWidget {
  constructor(private readonly _options: IEverestSectionOptions) {
    super();
    this.addClass('jp-RemoteEverest');
    this._poll = new Poll({
      auto: false,
      factory: () => _options.everest.refresh(),
      frequency: { interval: LOOK, backoff: false },
      name: 'jupyterlab-remote:everest-look',
      standby: () => !this.isVisible || document.visibilityState !== 'visible'
    });
  }

  override dispose(): void {
    this._poll.dispose();
    super.dispose();
  }

  protected override onAfterShow(msg: Message): void {
    super.onAfterShow(msg);
    this._looked();
  }

  protected override onAfterAttach(msg: Message): void {
    super.onAfterAttach(msg);
    if (this.isVisible) {
      this._looked();
    }
  }

  protected override render(): React.JSX.Element {
    const { everest } = this._options;
    return (
      <UseSignal signal={everest.changed} shouldUpdate={() => this.isVisible}>
        {() => <Accounts {...this._options} />}
      </UseSignal>
    );
  }

  /** Somebody looks: what was found out long ago may be wrong. */
  private _looked(): void {
    this._options.everest.open();
    void this._poll.refresh();
    this.update();
  }

  private readonly _poll: Poll;
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
