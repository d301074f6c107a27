import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget, UseSignal } from '@jupyterlab/ui-components';
import type { CommandRegistry } from '@lumino/commands';
import * as React from 'react';

import { CommandIDs } from '../commandids';
import { ENDED } from '../format';
import { canStartDesktop } from '../missing';
import type { IRemoteSessions, ISession } from '../tokens';
import { Filter } from './filter';
import { useNow } from './hooks';
import { Notices } from './notices';
import { SessionRow } from './sessionrow';
import { Trouble } from './trouble';

/** From so many sessions on there is a filter. */
const MANY = 8;

/** Ages are shown anew this often, in ms; those of young sessions, in seconds, more often. */
const AGEING = 15_000;
const GROWING = 2_000;

/** What the list needs. */
export interface IListOptions {
  readonly sessions: IRemoteSessions;
  readonly commands: CommandRegistry;
  readonly trans: TranslationBundle;
}

/** All sessions of the user: what runs first, then what has ended. */
export class SessionList extends ReactWidget {
  constructor(private readonly _options: IListOptions) {
    super();
    this.addClass('jp-RemoteSessions');
  }

  protected override render(): React.JSX.Element {
    return (
      <UseSignal signal={this._options.sessions.changed}>
        {() => <List {...this._options} all={this._options.sessions.all} />}
      </UseSignal>
    );
  }
}

interface IListProps extends IListOptions {
  readonly all: readonly ISession[];
}

function List(props: IListProps): React.JSX.Element {
  const { all, trans } = props;
  const [wanted, setWanted] = React.useState('');
  const now = useNow(hasYoung(all) ? GROWING : AGEING);
  const shown = matching(all, wanted);
  const live = shown.filter(({ state }) => !ENDED.has(state));
  const ended = shown.filter(({ state }) => ENDED.has(state));
  return (
    <>
      <Trouble
        list={props.sessions}
        retry={() => void props.commands.execute(CommandIDs.refresh)}
        trans={trans}
      />
      <Notices {...props} />
      {all.length >= MANY && (
        <Filter
          wanted={wanted}
          setWanted={setWanted}
          label={trans.__('Filter sessions')}
          trans={trans}
        />
      )}
      {all.length === 0 && <Nothing {...props} />}
      {all.length > 0 && shown.length === 0 && (
        <p className="jp-RemoteNote">{trans.__('No session matches.')}</p>
      )}
      <Rows {...props} rows={live} now={now} label={trans.__('Sessions')} />
      {ended.length > 0 && (
        <h3 className="jp-RemoteHeading">
          {trans.__('Ended (%1)', ended.length)}
        </h3>
      )}
      <Rows {...props} rows={ended} now={now} label={trans.__('Ended')} />
    </>
  );
}

function Rows(
  props: IListProps & {
    readonly rows: readonly ISession[];
    readonly now: number;
    readonly label: string;
  }
): React.JSX.Element | null {
  const { rows, now, label, sessions, commands, trans } = props;
  if (rows.length === 0) {
    return null;
  }
  return (
    <ul className="jp-RemoteList" aria-label={label}>
      {rows.map(session => (
        <SessionRow
          key={session.id}
          session={session}
          app={sessions.app(session.app)}
          now={now}
          commands={commands}
          trans={trans}
        />
      ))}
    </ul>
  );
}

function Nothing(props: IListOptions): React.JSX.Element | null {
  const { sessions, commands, trans } = props;
  if (sessions.freshness !== 'fresh') {
    return sessions.freshness === 'loading' ? (
      <p className="jp-RemoteNote">{trans.__('Loading…')}</p>
    ) : null;
  }
  return (
    <div className="jp-RemoteNote" data-remote="empty">
      <p>{trans.__('No sessions yet.')}</p>
      {canStartDesktop(sessions.apps) && (
        <button
          className="jp-mod-styled jp-mod-accept"
          onClick={() =>
            void commands.execute(CommandIDs.startSession, { app: 'desktop' })
          }
        >
          {trans.__('Start Desktop')}
        </button>
      )}
    </div>
  );
}

/** Whether something started or ended within the last minute. */
function hasYoung(all: readonly ISession[]): boolean {
  const limit = Date.now() - 60_000;
  return all.some(
    ({ ended, started, created }) =>
      Date.parse(ended ?? started ?? created) > limit
  );
}

/** Sessions whose name, app or state contains the text. */
function matching(all: readonly ISession[], wanted: string): ISession[] {
  const text = wanted.trim().toLowerCase();
  return all.filter(({ name, app, state }) =>
    `${name}\n${app}\n${state}`.toLowerCase().includes(text)
  );
}
