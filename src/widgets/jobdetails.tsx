import { Clipboard } from '@jupyterlab/apputils';
import type { IEditorServices } from '@jupyterlab/codeeditor';
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { durationText } from '../durations';
import type { EverestJobModel } from '../everestjobmodel';
import { sentence } from '../format';
import { stateIcon } from '../icons';
import type { DetailsModel } from '../jobdetails';
import { clock, knownUntil, secondsUsed, timeWords, waits } from '../jobview';
import type { IJob } from '../tokens';
import { CodeBox } from './codebox';
import type { IEverestActions } from './everestpart';
import { EverestPart } from './everestpart';
import { useNow } from './hooks';
import { DetailsHead } from './jobdetailshead';
import { Meters, Places, Rows } from './jobdetailsparts';
import { JobGraph } from './jobgraph';

/** What the view does beyond itself. */
export interface IDetailsActions {
  /** Run a command for the job. */
  readonly run: (command: string) => void;
  readonly showLog: () => void;
  readonly showJob: (key: string) => void;
  /** Show a folder in the file browser; null: it is not below its top. */
  readonly folder: (path: string) => (() => void) | null;
  readonly again: () => void;
  readonly edit: () => void;
}

/** What a job of Everest has besides. */
export interface IEverestView {
  readonly model: EverestJobModel;
  readonly actions: IEverestActions;
  /** Open the form with the same application and inputs; null: there is no form. */
  readonly again: (() => void) | null;
}

export interface IDetailsProps {
  readonly model: DetailsModel;
  readonly services: IEditorServices;
  readonly actions: IDetailsActions;
  /** Null: it is no job of Everest. */
  readonly everest: IEverestView | null;
  readonly trans: TranslationBundle;
}

/** One job in full. */
export function Details(props: IDetailsProps): React.JSX.Element {
  const { model, trans } = props;
  const { job, details } = model;
  if (!job && !details) {
    return model.loading ? (
      <p className="jp-RemoteNote">{trans.__('Loading…')}</p>
    ) : (
      <Problem {...props} />
    );
  }
  return (
    <>
      <DetailsHead {...props} />
      <Problem {...props} />
      {job && <Times {...props} job={job} />}
      {props.everest && (
        <EverestPart {...props.everest} job={job} trans={trans} />
      )}
      {details && (
        <>
          <Meters details={details} trans={trans} />
          <JobGraph
            details={details}
            job={job}
            of={model.key}
            showJob={props.actions.showJob}
            trans={trans}
          />
          {!props.everest && <Places {...props} details={details} />}
          {!(props.everest && props.everest.model.request) && (
            <Script {...props} />
          )}
          <Rows {...props} rows={details.rows} />
        </>
      )}
      {!details && !model.loading && !model.problem && (
        <p className="jp-RemoteDetails-note">
          {trans.__('%1 tells no more about its jobs.', model.backend)}
        </p>
      )}
    </>
  );
}

function Problem({ model, trans }: IDetailsProps): React.JSX.Element | null {
  const icon = stateIcon('lost');
  const { problem, job, details } = model;
  const unknown = !job && !details;
  if (!problem && !unknown) {
    return null;
  }
  return (
    <div className="jp-RemoteDetails-problem" role="alert">
      <icon.react tag="span" width="16px" aria-hidden="true" />
      <div>
        <p>
          {problem ||
            trans.__('%1 does not know this job any more.', model.backend)}
        </p>
        {details && (
          <p>
            {trans.__(
              'What stands below was known at %1.',
              timeWords(new Date(model.read).toISOString())
            )}
          </p>
        )}
      </div>
      <button
        className="jp-mod-styled"
        onClick={() => {
          model.refresh();
        }}
      >
        {trans.__('Retry')}
      </button>
    </div>
  );
}

/** When it was submitted, started and ended, and how long that took. */
function Times(props: IDetailsProps & { readonly job: IJob }) {
  const { model, job, trans } = props;
  const now = useNow(1_000);
  const backend = model.jobs.backends.get(job.backend);
  const until = model.gone ? model.gone : knownUntil(backend, now);
  const used = secondsUsed(job, until);
  const waited =
    job.submitted && (job.started ?? waits(job))
      ? (Date.parse(job.started ?? '') || until) - Date.parse(job.submitted)
      : NaN;
  const length = (seconds: number) =>
    Number.isNaN(seconds) ? '' : clock(Math.max(0, seconds), trans);
  const limit = job.time_limit === null ? '' : durationText(job.time_limit);
  const all: readonly (readonly [string, string])[] = [
    [trans.__('Submitted'), timeWords(job.submitted, now)],
    [
      job.started ? trans.__('Waited') : trans.__('Waiting for'),
      length(waited / 1000)
    ],
    [
      job.started ? trans.__('Started') : trans.__('Expected to start'),
      timeWords(job.started ?? job.starts, now)
    ],
    [job.ended ? trans.__('Ran') : trans.__('Running for'), length(used)],
    [trans.__('Ended'), timeWords(job.ended, now)],
    [trans.__('Time limit'), limit]
  ];
  return <Facts all={all} />;
}

/** Names and values, those that are known. */
function Facts(props: {
  readonly all: readonly (readonly [string, string])[];
}): React.JSX.Element {
  return (
    <dl className="jp-RemoteDetails-facts">
      {props.all
        .filter(([, value]) => value !== '')
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}

/** So many lines are shown without scrolling. */
const LINES = 24;

function Script(props: IDetailsProps): React.JSX.Element | null {
  const { model, services, trans } = props;
  const script = model.details?.script ?? '';
  const id = React.useId();
  if (!script) {
    return null;
  }
  const lines = Math.min(LINES, script.split('\n').length) + 1;
  return (
    <section aria-labelledby={id}>
      <div className="jp-RemoteDetails-title">
        <h3 id={id}>{trans.__('Script')}</h3>
        <button
          className="jp-mod-styled"
          onClick={() => {
            Clipboard.copyToSystem(script);
          }}
        >
          {trans.__('Copy')}
        </button>
      </div>
      <div
        className="jp-RemoteDetails-script"
        style={{ height: `calc(${lines} * 1.4em)` }}
      >
        <CodeBox
          services={services}
          label={sentence(trans.__('script of %1', model.job?.name ?? ''))}
          text={script}
        />
      </div>
    </section>
  );
}
