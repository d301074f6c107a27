import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { fit } from '../jobcolumns';
import type { JobListModel } from '../joblistmodel';
import { isUnasked } from '../jobview';
import type { IRemoteSettings } from '../tokens';
import { SilentLine, Silences } from './freshness';
import { JobsBar } from './jobsbar';
import { JobsGrid } from './jobsgrid';
import { Trouble } from './trouble';

interface IProps {
  readonly model: JobListModel;
  readonly settings: IRemoteSettings;
  /** Run a command for the job with a key, or for what is selected. */
  readonly run: (command: string, key?: string) => void;
  /** Width of the list in CSS pixels. */
  readonly width: number;
  readonly trans: TranslationBundle;
}

/** The list with what stands above it. */
export function JobsList(props: IProps): React.JSX.Element {
  const { model, run, width, trans } = props;
  const { jobs, desk, everybody } = model;
  const columns = new Set(desk.columns);
  if (everybody) {
    columns.add('user');
  }
  const bars = model.all.some(({ counts }) => counts !== null);
  const shown = fit(columns, width, bars);
  return (
    <>
      <Trouble
        list={jobs}
        retry={() => void jobs.refresh().catch(() => undefined)}
        trans={trans}
      />
      <Silences
        backends={jobs.backends}
        others={model.others?.silent ?? {}}
        trans={trans}
      />
      <JobsBar {...props} shown={shown} run={run} />
      {everybody && <Others {...props} />}
      {model.rows.length > 0 ? (
        <JobsGrid {...{ model, shown, run, trans }} />
      ) : (
        <Nothing {...props} />
      )}
    </>
  );
}

/** Why there may be no jobs of other people. */
function Others({ model, trans }: IProps): React.JSX.Element | null {
  const { others, problem } = model;
  if (problem) {
    return (
      <SilentLine>
        {trans.__('Other people’s jobs cannot be shown: %1', problem)}
      </SilentLine>
    );
  }
  if (!others) {
    return <p className="jp-RemoteNote">{trans.__('Loading…')}</p>;
  }
  return model.all.every(job => model.isMine(job)) ? (
    <p className="jp-RemoteJobs-silent" role="status">
      {trans.__(
        'There are no jobs of other people, or the scheduler shows users only their own.'
      )}
    </p>
  ) : null;
}

function Nothing({ model, trans }: IProps): React.JSX.Element | null {
  const { freshness, backends } = model.jobs;
  if (model.all.length > 0) {
    return <p className="jp-RemoteNote">{trans.__('No job matches.')}</p>;
  }
  if (freshness !== 'fresh') {
    return freshness === 'loading' ? (
      <p className="jp-RemoteNote">{trans.__('Loading…')}</p>
    ) : null;
  }
  if (isUnasked(backends)) {
    return <p className="jp-RemoteNote">{trans.__('Loading…')}</p>;
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
