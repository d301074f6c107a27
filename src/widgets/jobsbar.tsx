import type { TranslationBundle } from '@jupyterlab/translation';
import { infoIcon, listIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import { CommandIDs } from '../commandids';
import { duration } from '../format';
import { jobButtons } from '../jobbuttons';
import type { IFit } from '../jobcolumns';
import type { JobListModel } from '../joblistmodel';
import { countWords, grouped, suits } from '../jobview';
import type { IRemoteSettings } from '../tokens';
import { Filter } from './filter';
import { Age } from './freshness';
import { ColumnMenu, NoticeMenu } from './jobmenus';
import { Sparkline } from './sparkline';

interface IBarProps {
  readonly model: JobListModel;
  readonly settings: IRemoteSettings;
  readonly shown: IFit;
  /** Run a command for what is selected. */
  readonly run: (command: string) => void;
  readonly trans: TranslationBundle;
}

/** What stands above the list. */
export function JobsBar(props: IBarProps): React.JSX.Element {
  const { model, trans } = props;
  return (
    <div className="jp-RemoteJobs-bar">
      <Filter
        wanted={model.wanted}
        setWanted={wanted => {
          model.wanted = wanted;
        }}
        label={trans.__('Filter jobs')}
        trans={trans}
      />
      <Whose {...props} />
      <span className="jp-RemoteJobs-count" role="status">
        {summary(model, trans)}
      </span>
      <Sparkline
        trend={model.jobs.trend}
        width={90}
        height={20}
        label={trendWords(model, trans)}
      />
      <Age backends={model.jobs.backends} trans={trans} />
      <Buttons {...props} />
    </div>
  );
}

function trendWords({ jobs }: JobListModel, trans: TranslationBundle): string {
  const since = jobs.trend[0]?.[0] ?? Date.now();
  const span = duration((Date.now() - since) / 1000, trans);
  const most = Math.max(0, ...jobs.trend.map(([, running]) => running));
  return trans.__(
    'Running jobs in the last %1, at most %2 at a time',
    span,
    grouped(most)
  );
}

/** Own jobs, or everybody's, where a backend can tell. */
function Whose({ model, trans }: IBarProps): React.JSX.Element | null {
  const can = [...model.jobs.backends.values()].some(backend =>
    backend.can.includes('everybody')
  );
  if (!can && !model.everybody) {
    return null;
  }
  const choice = (everybody: boolean, label: string) => (
    <button
      className="jp-mod-styled"
      aria-pressed={model.everybody === everybody}
      onClick={() => {
        model.everybody = everybody;
      }}
    >
      {label}
    </button>
  );
  return (
    <span
      className="jp-RemoteJobs-whose"
      role="group"
      aria-label={trans.__('Whose jobs')}
    >
      {choice(false, trans.__('Mine'))}
      {choice(true, trans.__('Everybody’s'))}
    </span>
  );
}

function summary(model: JobListModel, trans: TranslationBundle): string {
  const { all, wanted, chosen } = model;
  const shown = wanted.trim() ? model.matched : all;
  const count =
    shown.length < all.length
      ? trans.__('%1 of %2 jobs', grouped(shown.length), grouped(all.length))
      : trans._n('%2 job', '%2 jobs', all.length, grouped(all.length));
  const selected =
    chosen.length > 0 ? trans.__('%1 selected', grouped(chosen.length)) : '';
  return [count, countWords(shown, trans), selected]
    .filter(Boolean)
    .join(' · ');
}

function Buttons(props: IBarProps): React.JSX.Element {
  const { model, settings, shown, run, trans } = props;
  const { jobs, chosen } = model;
  const known = [...jobs.backends.values()].flatMap(({ can }) => can);
  const button = (
    command: string,
    icon: typeof listIcon,
    label: string,
    enabled: boolean
  ) => (
    <button
      key={command}
      className="jp-mod-styled"
      disabled={!enabled}
      onClick={() => {
        run(command);
      }}
    >
      <icon.react tag="span" width="16px" aria-hidden="true" />
      {label}
    </button>
  );
  const single = chosen.length === 1;
  return (
    <div className="jp-RemoteJobs-buttons">
      {known.includes('details') &&
        button(CommandIDs.openJob, infoIcon, trans.__('Details'), single)}
      {button(CommandIDs.showJobLog, listIcon, trans.__('Log'), single)}
      {jobButtons(trans)
        .filter(({ deed }) => known.includes(deed))
        .map(({ deed, command, icon, label }) =>
          button(
            command,
            icon,
            label,
            chosen.some(
              job =>
                model.isMine(job) &&
                suits(deed, job, jobs.backends.get(job.backend))
            )
          )
        )}
      <ColumnMenu desk={model.desk} {...{ shown, trans }} />
      <NoticeMenu {...{ settings, trans }} />
    </div>
  );
}
