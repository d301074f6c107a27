import type { TranslationBundle } from '@jupyterlab/translation';
import { bellIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import { columnsIcon } from '../icons';
import type { IFit } from '../jobcolumns';
import { ALWAYS, COLUMNS, heading } from '../jobcolumns';
import type { JobDesk } from '../jobdesk';
import type { Column } from '../joborder';
import type { IRemoteSettings, JobNotifications } from '../tokens';
import { Popover } from './popover';

/** Which columns the list has. */
export function ColumnMenu(props: {
  readonly desk: JobDesk;
  readonly shown: IFit;
  readonly trans: TranslationBundle;
}): React.JSX.Element {
  const { desk, shown, trans } = props;
  const chosen = desk.columns;
  const set = (column: Column, on: boolean) => {
    const next = new Set(chosen);
    if (on) {
      next.add(column);
    } else {
      next.delete(column);
    }
    desk.columns = next;
  };
  return (
    <Popover icon={columnsIcon} label={trans.__('Columns')}>
      {COLUMNS.map(column => (
        <label key={column}>
          <input
            type="checkbox"
            checked={chosen.has(column) || ALWAYS.includes(column)}
            disabled={ALWAYS.includes(column)}
            onChange={event => {
              set(column, event.target.checked);
            }}
          />
          {heading(column, trans)}
          {chosen.has(column) && !shown.columns.includes(column) && (
            <small>{trans.__('no room')}</small>
          )}
        </label>
      ))}
      <button
        className="jp-mod-styled"
        onClick={() => {
          desk.columns = null;
        }}
      >
        {trans.__('Usual Columns')}
      </button>
    </Popover>
  );
}

/** What Lab tells about jobs, and where. */
export function NoticeMenu(props: {
  readonly settings: IRemoteSettings;
  readonly trans: TranslationBundle;
}): React.JSX.Element {
  const { settings, trans } = props;
  const words: readonly [JobNotifications, string][] = [
    ['mine', trans.__('All my jobs')],
    ['marked', trans.__('Marked jobs, and those submitted here')],
    ['none', trans.__('No jobs')]
  ];
  return (
    <Popover icon={bellIcon} label={trans.__('Notifications')}>
      <fieldset>
        <legend>{trans.__('Tell when they start, end or fail:')}</legend>
        {words.map(([value, label]) => (
          <label key={value}>
            <input
              type="radio"
              name="jp-RemoteJobs-notices"
              checked={settings.jobNotifications === value}
              onChange={() => void settings.setJobNotifications(value)}
            />
            {label}
          </label>
        ))}
      </fieldset>
      <Background trans={trans} />
    </Popover>
  );
}

/** The browser is asked only when the user wants it. */
function Background(props: {
  readonly trans: TranslationBundle;
}): React.JSX.Element | null {
  const { trans } = props;
  const known = 'Notification' in window;
  const [state, setState] = React.useState(
    known ? window.Notification.permission : 'denied'
  );
  if (state === 'granted') {
    return (
      <p>{trans.__('Also while this browser tab is in the background.')}</p>
    );
  }
  if (state === 'denied') {
    return (
      <p>
        {trans.__('The browser does not let Lab tell it in the background.')}
      </p>
    );
  }
  return (
    <button
      className="jp-mod-styled"
      onClick={() =>
        void window.Notification.requestPermission().then(setState)
      }
    >
      {trans.__('Also tell me when this browser tab is in the background')}
    </button>
  );
}
