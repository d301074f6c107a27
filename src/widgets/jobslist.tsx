import type { TranslationBundle } from '@jupyterlab/translation';
import { listIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import { stateIcon } from '../icons';
import { act } from '../jobactions';
import { jobButtons } from '../jobbuttons';
import { keyOf } from '../jobstore';
import type { IOrder } from '../joborder';
import { NEWEST, sorted } from '../joborder';
import {
  countWords,
  grouped,
  matchingJobs,
  silence,
  suits
} from '../jobview';
import { NOTHING } from '../selection';
import type { ISelection } from '../selection';
import type { IJob, IRemoteJobs, JobAction } from '../tokens';
import { Filter } from './filter';
import { JobsGrid } from './jobsgrid';
import { Trouble } from './trouble';

interface IProps {
  readonly jobs: IRemoteJobs;
  readonly showLog: (key: string) => void;
  readonly trans: TranslationBundle;
  readonly all: readonly IJob[];
}

/** The list with what stands above it. */
export function JobsList(props: IProps): React.JSX.Element {
  const { jobs, all, trans, showLog } = props;
  const [wanted, setWanted] = React.useState('');
  const [order, setOrder] = React.useState<IOrder>(NEWEST);
  const [selection, setSelection] = React.useState<ISelection>(NOTHING);
  const shown = React.useMemo(
    () => sorted(matchingJobs(all, wanted, trans), order),
    [all, wanted, order, trans]
  );
  // What the filter hides is not acted upon.
  const chosen = React.useMemo(
    () => shown.filter(job => selection.keys.has(keyOf(job))),
    [shown, selection.keys]
  );
  const run = (action: JobAction, those: readonly IJob[]) =>
    void act(jobs, action, those, trans);
  return (
    <>
      <Trouble
        list={jobs}
        retry={() => void jobs.refresh().catch(() => undefined)}
        trans={trans}
      />
      <Silences {...props} />
      <div className="jp-RemoteJobs-bar">
        <Filter
          wanted={wanted}
          setWanted={setWanted}
          label={trans.__('Filter jobs')}
          trans={trans}
        />
        <span className="jp-RemoteJobs-count" role="status">
          {summary(shown, all, chosen, trans)}
        </span>
        <Buttons {...props} chosen={chosen} run={run} />
      </div>
      {shown.length > 0 ? (
        <JobsGrid
          {...{ jobs, shown, order, setOrder, selection, setSelection }}
          {...{ run, showLog, trans }}
        />
      ) : (
        <Nothing {...props} />
      )}
    </>
  );
}

function summary(
  shown: readonly IJob[],
  all: readonly IJob[],
  chosen: readonly IJob[],
  trans: TranslationBundle
): string {
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

function Buttons(
  props: IProps & {
    readonly chosen: readonly IJob[];
    readonly run: (action: JobAction, those: readonly IJob[]) => void;
  }
): React.JSX.Element {
  const { jobs, chosen, run, showLog, trans } = props;
  const [single] = chosen;
  const known = [...jobs.backends.values()].flatMap(({ can }) => can);
  return (
    <div className="jp-RemoteJobs-buttons">
      <button
        className="jp-mod-styled"
        disabled={chosen.length !== 1}
        onClick={() => {
          if (single) {
            showLog(keyOf(single));
          }
        }}
      >
        <listIcon.react tag="span" width="16px" aria-hidden="true" />
        {trans.__('Show Log')}
      </button>
      {jobButtons(trans)
        .filter(({ action }) => known.includes(action))
        .map(({ action, icon, label }) => {
          const those = chosen.filter(job =>
            suits(action, job, jobs.backends.get(job.backend))
          );
          return (
            <button
              key={action}
              className="jp-mod-styled"
              disabled={those.length === 0}
              onClick={() => {
                run(action, those);
              }}
            >
              <icon.react tag="span" width="16px" aria-hidden="true" />
              {label}
            </button>
          );
        })}
    </div>
  );
}

/** Backends that do not answer, each in a line. */
function Silences({ jobs, trans }: IProps): React.JSX.Element {
  const icon = stateIcon('lost');
  return (
    <>
      {[...jobs.backends].map(([name, backend]) => {
        const words = silence(backend, trans);
        return (
          words && (
            <p key={name} className="jp-RemoteJobs-silent" role="status">
              <icon.react tag="span" width="16px" aria-hidden="true" />
              <span>{trans.__('%1 does not answer: %2', name, words)}</span>
            </p>
          )
        );
      })}
    </>
  );
}

function Nothing({ jobs, all, trans }: IProps): React.JSX.Element | null {
  if (all.length > 0) {
    return <p className="jp-RemoteNote">{trans.__('No job matches.')}</p>;
  }
  if (jobs.freshness !== 'fresh') {
    return jobs.freshness === 'loading' ? (
      <p className="jp-RemoteNote">{trans.__('Loading…')}</p>
    ) : null;
  }
  return (
    <div className="jp-RemoteNote" data-remote="no-jobs">
      <p>{trans.__('No jobs.')}</p>
      <p>
        {trans.__(
          'What you submit to a scheduler, and every session that you start, stands here as long as its backend knows it.'
        )}
      </p>
    </div>
  );
}
