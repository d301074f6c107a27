import type { TranslationBundle } from '@jupyterlab/translation';
import {
  HTMLSelect,
  infoIcon,
  listIcon,
  refreshIcon
} from '@jupyterlab/ui-components';
import * as React from 'react';

import { CommandIDs } from '../commandids';
import type { EndedJobs } from '../ended';
import { fit } from '../jobcolumns';
import type { JobListModel } from '../joblistmodel';
import { keyOf } from '../jobstore';
import { grouped, timeWords } from '../jobview';
import { outcomes, outcomeWords } from '../lookback';
import type { IEndedJobs } from '../tokens';
import { Filter } from './filter';
import { SilentLine } from './freshness';
import { HistoryChart } from './historychart';
import { JobsGrid } from './jobsgrid';
import { Trouble } from './trouble';

interface IProps {
  readonly model: JobListModel<EndedJobs>;
  readonly run: (command: string, key?: string) => void;
  readonly width: number;
  readonly trans: TranslationBundle;
}

/** Jobs that ended: how they did, and which they are. */
export function HistoryList(props: IProps): React.JSX.Element {
  const { model, run, width, trans } = props;
  const { jobs, desk, rows } = model;
  const { answer } = jobs;
  const bars = model.all.some(({ counts }) => counts !== null);
  return (
    <>
      <Trouble list={jobs} retry={() => void jobs.load()} trans={trans} />
      <Bar {...props} />
      {answer && <Sources answer={answer} trans={trans} />}
      {model.all.length > 0 && (
        <HistoryChart jobs={model.single} trans={trans} />
      )}
      {rows.length > 0 ? (
        <JobsGrid
          model={model}
          shown={fit(desk.columns, width, bars)}
          run={run}
          trans={trans}
        />
      ) : (
        <Nothing {...props} />
      )}
    </>
  );
}

function Nothing({ model, trans }: IProps): React.JSX.Element | null {
  const { jobs } = model;
  if (model.all.length > 0) {
    return <p className="jp-RemoteNote">{trans.__('No job matches.')}</p>;
  }
  if (!jobs.answer) {
    return jobs.loading ? (
      <p className="jp-RemoteNote">{trans.__('Loading…')}</p>
    ) : null;
  }
  return (
    <p className="jp-RemoteNote">
      {trans.__('No job ended in this time, as far as is known.')}
    </p>
  );
}

function Bar(props: IProps): React.JSX.Element {
  const { model, run, trans } = props;
  const { jobs, chosen } = model;
  const [single] = chosen.length === 1 ? chosen : [];
  const days: readonly (readonly [number, string])[] = [
    [1, trans.__('Last day')],
    [7, trans.__('Last 7 days')],
    [30, trans.__('Last 30 days')]
  ];
  const button = (command: string, icon: typeof listIcon, label: string) => (
    <button
      className="jp-mod-styled"
      disabled={!single}
      onClick={() => {
        run(command, single && keyOf(single));
      }}
    >
      <icon.react tag="span" width="16px" aria-hidden="true" />
      {label}
    </button>
  );
  return (
    <div className="jp-RemoteJobs-bar" aria-busy={jobs.loading}>
      <HTMLSelect
        className="jp-RemoteHistory-days"
        aria-label={trans.__('How far back')}
        value={String(jobs.days)}
        onChange={event => void jobs.load(Number(event.target.value))}
      >
        {days.map(([count, label]) => (
          <option key={count} value={count}>
            {label}
          </option>
        ))}
      </HTMLSelect>
      <Filter
        wanted={model.wanted}
        setWanted={wanted => {
          model.wanted = wanted;
        }}
        label={trans.__('Filter finished jobs')}
        trans={trans}
      />
      <span className="jp-RemoteJobs-count" role="status">
        {jobs.loading ? trans.__('Loading…') : summary(model, trans)}
      </span>
      <div className="jp-RemoteJobs-buttons">
        {button(CommandIDs.showJob, infoIcon, trans.__('Details'))}
        {button(CommandIDs.showJobLog, listIcon, trans.__('Log'))}
        <button
          className="jp-mod-styled"
          disabled={jobs.loading}
          onClick={() => void jobs.load()}
        >
          <refreshIcon.react tag="span" width="16px" aria-hidden="true" />
          {trans.__('Refresh')}
        </button>
      </div>
    </div>
  );
}

function summary(
  model: JobListModel<EndedJobs>,
  trans: TranslationBundle
): string {
  const { single } = model;
  const all = model.jobs.single.length;
  const count =
    single.length < all
      ? trans.__('%1 of %2 jobs', grouped(single.length), grouped(all))
      : '';
  const ended = single.length > 0 ? outcomeWords(outcomes(single), trans) : '';
  return [count, ended].filter(Boolean).join(' · ');
}

/** Where it is known from, and who does not answer. */
function Sources(props: {
  readonly answer: IEndedJobs;
  readonly trans: TranslationBundle;
}): React.JSX.Element {
  const { answer, trans } = props;
  return (
    <>
      {Object.entries(answer.silent).map(([name, words]) => (
        <SilentLine key={name}>
          {trans.__('The accounting of %1 does not answer: %2', name, words)}
        </SilentLine>
      ))}
      <p className="jp-RemoteHistory-from">
        {Object.entries(answer.from)
          .map(([name, from]) =>
            from === 'accounting'
              ? trans.__('%1: from its accounting', name)
              : ownWords(answer, name, trans)
          )
          .join(' · ')}
      </p>
    </>
  );
}

function ownWords(
  { jobs }: IEndedJobs,
  backend: string,
  trans: TranslationBundle
): string {
  const oldest = jobs
    .filter(job => job.backend === backend)
    .map(({ ended }) => ended ?? '')
    .filter(Boolean)
    .sort()[0];
  return oldest
    ? trans.__(
        '%1: recorded by jupyter_remote while it ran, since %2',
        backend,
        timeWords(oldest)
      )
    : trans.__('%1: recorded by jupyter_remote, nothing yet', backend);
}
