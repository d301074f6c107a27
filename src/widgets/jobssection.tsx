import type { TranslationBundle } from '@jupyterlab/translation';
import { UseSignal } from '@jupyterlab/ui-components';
import type { CommandRegistry } from '@lumino/commands';
import type { IDisposable } from '@lumino/disposable';
import * as React from 'react';

import { CommandIDs } from '../commandids';
import { ENDED, sentence } from '../format';
import { jobIcon, starredIcon } from '../icons';
import type { JobDesk } from '../jobdesk';
import { shareOf } from '../jobgroups';
import { NEWEST, sorted } from '../joborder';
import { keyOf } from '../jobstore';
import {
  countWords,
  grouped,
  isUnasked,
  jobReason,
  jobWord,
  knownUntil,
  silence,
  timeUsed,
  waits
} from '../jobview';
import type { IJob, IJobBackend, IRemoteJobs } from '../tokens';
import { Age, Silences } from './freshness';
import { useNow } from './hooks';
import { LookedAt } from './looked';
import { Trouble } from './trouble';

/** So many rows at most; the tab has all. */
const MOST = 30;

/** Times are shown anew this often, in ms. */
const TICK = 5_000;

/** What the section needs. */
export interface IJobsSectionOptions {
  readonly jobs: IRemoteJobs;
  readonly desk: JobDesk;
  readonly commands: CommandRegistry;
  readonly trans: TranslationBundle;
}

/** The jobs in the side panel: what runs and waits first. */
export class JobsSection extends LookedAt {
  constructor(private readonly _options: IJobsSectionOptions) {
    super();
    this.addClass('jp-RemoteJobLines');
    const { desk } = _options;
    this._look = desk.look.add(() => (this.isVisible ? 'list' : 'away'));
  }

  override dispose(): void {
    this._look.dispose();
    super.dispose();
  }

  protected override render(): React.JSX.Element {
    const { jobs, desk } = this._options;
    const shouldUpdate = () => this.isVisible;
    return (
      <UseSignal signal={desk.changed} shouldUpdate={shouldUpdate}>
        {() => (
          <UseSignal signal={jobs.changed} shouldUpdate={shouldUpdate}>
            {() => <Lines {...this._options} />}
          </UseSignal>
        )}
      </UseSignal>
    );
  }

  protected looked(): void {
    this._options.jobs.open();
    this._options.desk.look.refresh();
  }

  private readonly _look: IDisposable;
}

/** What runs, what waits, what ended last. */
function firstJobs(all: readonly IJob[]): readonly IJob[] {
  const rank = (job: IJob) => (ENDED.has(job.state) ? 2 : waits(job) ? 1 : 0);
  return [...sorted(all, NEWEST)]
    .sort((a, b) => rank(a) - rank(b))
    .slice(0, MOST);
}

function Lines(props: IJobsSectionOptions): React.JSX.Element {
  const { jobs, desk, commands, trans } = props;
  const now = useNow(TICK);
  const shown = firstJobs(jobs.all);
  const more = jobs.all.length - shown.length;
  return (
    <>
      <Trouble
        list={jobs}
        retry={() => void jobs.refresh().catch(() => undefined)}
        trans={trans}
      />
      <Silences backends={jobs.backends} trans={trans} />
      <p className="jp-RemoteJobLines-count">
        <span role="status">
          {jobs.all.length > 0
            ? countWords(jobs.all, trans)
            : jobs.freshness === 'loading' || isUnasked(jobs.backends)
              ? trans.__('Loading…')
              : trans.__('No jobs.')}
        </span>{' '}
        <Age backends={jobs.backends} trans={trans} />
      </p>
      <ul className="jp-RemoteList">
        {shown.map(job => (
          <Line
            key={keyOf(job)}
            {...{ job, now, commands, trans }}
            backend={jobs.backends.get(job.backend)}
            marked={desk.isMarked(keyOf(job))}
            several={jobs.backends.size > 1}
          />
        ))}
      </ul>
      <button
        className="jp-RemoteJobLines-all"
        onClick={() => void commands.execute(CommandIDs.showJobs)}
      >
        {more > 0
          ? trans.__('Show all in a tab (%1 more)', grouped(more))
          : trans.__('Show all in a tab')}
      </button>
    </>
  );
}

function Line(props: {
  readonly job: IJob;
  readonly backend: IJobBackend | undefined;
  readonly now: number;
  readonly marked: boolean;
  /** Whether there is more than one backend. */
  readonly several: boolean;
  readonly commands: CommandRegistry;
  readonly trans: TranslationBundle;
}): React.JSX.Element {
  const { job, backend, now, marked, several, commands, trans } = props;
  const until = knownUntil(backend, now);
  const old = silence(backend, trans);
  const reason = old ? sentence(old) : jobReason(job, trans);
  const icon = jobIcon(job);
  const share = shareOf(job);
  const word = jobWord(job, trans);
  const time = share
    ? trans.__('%1 of %2', grouped(share.done), grouped(share.tasks))
    : timeUsed({ ...job, time_limit: null }, until, trans);
  return (
    <li
      className="jp-RemoteJobLine"
      data-job={keyOf(job)}
      data-state={job.state}
      data-old={old ? true : undefined}
      title={[job.name, word, reason].filter(Boolean).join('\n')}
    >
      <icon.react tag="span" width="14px" aria-hidden="true" />
      <button
        className="jp-RemoteRow-name"
        onClick={() =>
          void commands.execute(CommandIDs.openJob, { job: keyOf(job) })
        }
      >
        {job.name}
      </button>
      {marked && (
        <span title={trans.__('Marked')}>
          <starredIcon.react tag="span" width="12px" aria-hidden="true" />
          <span className="jp-RemoteHidden">{trans.__('Marked')}</span>
        </span>
      )}
      <span className="jp-RemoteJobLine-state">
        {job.state === 'running' && !share ? (
          <span className="jp-RemoteHidden">{word}</span>
        ) : (
          !share && word
        )}{' '}
        {job.state === 'running' || share ? time : ''}
      </span>
      {several && <span className="jp-RemoteJobs-badge">{job.backend}</span>}
    </li>
  );
}
