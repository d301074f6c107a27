import type { TranslationBundle } from '@jupyterlab/translation';
import { UseSignal } from '@jupyterlab/ui-components';
import type { CommandRegistry } from '@lumino/commands';
import * as React from 'react';

import { CommandIDs } from '../commandids';
import { fullSentence } from '../format';
import { stateNow } from '../shareview';
import type { IReceived, IRemoteShares, IShare } from '../tokens';
import { Filter } from './filter';
import { useNow } from './hooks';
import { LookedAt } from './looked';
import { ReceivedRow, ShareRow } from './sharerow';
import { Trouble } from './trouble';

/** From so many rows on there is a filter. */
const MANY = 8;

/** Times are shown anew this often, in ms. */
const TICK = 15_000;

/** While somebody looks, the server is asked this often, in ms: uses at a hub's service make no event here. */
const LOOK = 60_000;

/** What the section needs. */
export interface ISharesSectionOptions {
  readonly shares: IRemoteShares;
  readonly commands: CommandRegistry;
  readonly trans: TranslationBundle;
}

/** What the user shares, and what was shared with the user. */
export class SharesSection extends LookedAt {
  constructor(private readonly _options: ISharesSectionOptions) {
    super({
      name: 'shares-look',
      // What is opened just now is asked for already.
      ask: async () => {
        if (_options.shares.freshness !== 'loading') {
          await _options.shares.refresh();
        }
      },
      interval: LOOK
    });
    this.addClass('jp-RemoteShares');
  }

  protected override render(): React.JSX.Element {
    const { shares } = this._options;
    return (
      <UseSignal signal={shares.changed} shouldUpdate={() => this.isVisible}>
        {() => <Lists {...this._options} />}
      </UseSignal>
    );
  }

  protected looked(): void {
    this._options.shares.open();
  }
}

function Lists(props: ISharesSectionOptions): React.JSX.Element {
  const { shares, commands, trans } = props;
  const [wanted, setWanted] = React.useState('');
  const now = useNow(TICK);
  const { all, received } = shares;
  const mine = all.filter(({ path }) => matches(path, wanted));
  const theirs = received.filter(({ name, sender, path }) =>
    matches([name, sender, path].join('\n'), wanted)
  );
  const count = all.length + received.length;
  return (
    <>
      <Trouble
        list={shares}
        retry={() => void commands.execute(CommandIDs.refreshShares)}
        trans={trans}
      />
      {count >= MANY && (
        <Filter
          wanted={wanted}
          setWanted={setWanted}
          label={trans.__('Filter shares')}
          trans={trans}
        />
      )}
      <Nothing {...props} />
      {count > 0 && mine.length + theirs.length === 0 && (
        <p className="jp-RemoteNote">{trans.__('No share matches.')}</p>
      )}
      <Mine {...props} rows={mine} now={now} />
      <Theirs {...props} rows={theirs} now={now} />
    </>
  );
}

function Mine(
  props: ISharesSectionOptions & {
    readonly rows: readonly IShare[];
    readonly now: number;
  }
): React.JSX.Element | null {
  const { rows, now, trans } = props;
  const live = rows.filter(share => stateNow(share, now) === 'active');
  const over = rows.filter(share => stateNow(share, now) !== 'active');
  const label = trans.__('Shared by me');
  return rows.length > 0 ? (
    <>
      <h3 className="jp-RemoteHeading">{label}</h3>
      <ul className="jp-RemoteList" aria-label={label}>
        {[...live, ...over].map(share => (
          <ShareRow key={share.id} {...props} share={share} />
        ))}
      </ul>
    </>
  ) : null;
}

function Theirs(
  props: ISharesSectionOptions & {
    readonly rows: readonly IReceived[];
    readonly now: number;
  }
): React.JSX.Element | null {
  const { rows, trans } = props;
  const label = trans.__('Shared with me');
  const fresh = rows.filter(({ news }) => news !== '').length;
  return rows.length > 0 ? (
    <>
      <h3 className="jp-RemoteHeading">
        {fresh > 0 ? trans._n('%2, %1 new', '%2, %1 new', fresh, label) : label}
      </h3>
      <ul className="jp-RemoteList" aria-label={label}>
        {rows.map(received => (
          <ReceivedRow key={received.id} {...props} received={received} />
        ))}
      </ul>
    </>
  ) : null;
}

function Nothing(props: ISharesSectionOptions): React.JSX.Element | null {
  const { shares, trans } = props;
  const { all, received, freshness, mode, why } = shares;
  if (freshness === 'loading') {
    return <p className="jp-RemoteNote">{trans.__('Loading…')}</p>;
  }
  if (freshness !== 'fresh') {
    return null;
  }
  const off = mode === '' ? trans.__('Sharing is off on this server.') : '';
  const empty = all.length + received.length === 0;
  // What holds for links is of no use, and takes room, where there is none.
  const words = off || !empty ? why || off : '';
  return (
    <>
      {words && <p className="jp-RemoteShares-why">{fullSentence(words)}</p>}
      {empty && !off && (
        <div className="jp-RemoteNote" data-remote="no-shares">
          <p>{trans.__('Nothing is shared.')}</p>
          <p>
            {trans.__(
              'Right-click a notebook in the file browser and choose “Share Link…”.'
            )}
          </p>
        </div>
      )}
    </>
  );
}

function matches(text: string, wanted: string): boolean {
  return text.toLowerCase().includes(wanted.trim().toLowerCase());
}
