import type { TranslationBundle } from '@jupyterlab/translation';
import { listIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import { sentence } from '../format';
import { heldIcon, stateIcon } from '../icons';
import { jobButtons } from '../jobbuttons';
import { keyOf } from '../jobstore';
import {
  grouped,
  isHeld,
  jobReason,
  jobWord,
  knownUntil,
  silence,
  suits,
  timeUsed,
  timeWords
} from '../jobview';
import type { SelectHow } from '../selection';
import type { IJob, IJobBackend, JobAction } from '../tokens';
import { ROW, rowId } from './rows';

interface IRowProps {
  readonly job: IJob;
  readonly backend: IJobBackend | undefined;
  readonly index: number;
  readonly now: number;
  readonly selected: boolean;
  readonly active: boolean;
  readonly onSelect: (key: string, how: SelectHow) => void;
  readonly run: (action: JobAction, those: readonly IJob[]) => void;
  readonly showLog: (key: string) => void;
  readonly trans: TranslationBundle;
}

/** A job in the list. */
export const JobRow = React.memo(function JobRow(
  props: IRowProps
): React.JSX.Element {
  const { job, backend, index, selected, active, trans } = props;
  const old = silence(backend, trans);
  return (
    <div
      id={rowId(keyOf(job))}
      role="row"
      className="jp-RemoteJobs-row"
      aria-rowindex={index + 2}
      aria-selected={selected}
      data-job={keyOf(job)}
      data-state={job.state}
      data-active={active || undefined}
      data-old={old ? true : undefined}
      style={{ top: index * ROW }}
      onClick={event => {
        props.onSelect(keyOf(job), howOf(event));
      }}
      onDoubleClick={() => {
        props.showLog(keyOf(job));
      }}
    >
      <Cells {...props} old={old} />
      <Actions {...props} />
    </div>
  );
});

function howOf(event: React.MouseEvent): SelectHow {
  if (event.shiftKey) {
    return 'range';
  }
  return event.ctrlKey || event.metaKey ? 'toggle' : 'only';
}

function Cells(props: IRowProps & { readonly old: string }): React.JSX.Element {
  const { job, backend, now, old, trans } = props;
  const reason = jobReason(job, trans);
  return (
    <>
      <Name {...props} />
      <Cell of="backend" text={job.backend} title={sentence(old)} />
      <Cell of="job_id" text={job.job_id} />
      <State {...props} />
      <Cell of="reason" text={old ? sentence(old) : reason} title={reason} />
      <Cell of="partition" text={job.partition} />
      <Cell of="nodes" text={job.nodes} />
      <Cell of="used" text={timeUsed(job, knownUntil(backend, now), trans)} />
      <Cell of="submitted" text={timeWords(job.submitted, now)} />
    </>
  );
}

function Cell(props: {
  readonly of: string;
  readonly text: string;
  readonly title?: string;
}): React.JSX.Element {
  const { of, text, title } = props;
  return (
    <div role="gridcell" data-column={of} title={title || text}>
      {text}
    </div>
  );
}

function Name({ job, trans }: IRowProps): React.JSX.Element {
  const { name, tasks } = job;
  return (
    <div
      role="gridcell"
      data-column="name"
      title={[name, job.folder].filter(Boolean).join('\n')}
    >
      <span className="jp-RemoteJobs-name">{name}</span>
      {tasks > 1 && (
        <span className="jp-RemoteJobs-badge">
          {trans.__('%1 tasks', grouped(tasks))}
        </span>
      )}
    </div>
  );
}

function State({ job, trans }: IRowProps): React.JSX.Element {
  const icon = isHeld(job) ? heldIcon : stateIcon(job.state);
  return (
    <div role="gridcell" data-column="state" title={job.word}>
      <icon.react tag="span" width="14px" aria-hidden="true" />
      {jobWord(job, trans)}
    </div>
  );
}

/** Not in the order of the Tab key: the bar above the list has them too. */
function Actions(props: IRowProps): React.JSX.Element {
  const { job, backend, run, showLog, trans } = props;
  const log = trans.__('Show log of %1', job.name);
  return (
    <div role="gridcell" data-column="actions">
      <button
        className="jp-RemoteRow-action"
        tabIndex={-1}
        title={log}
        aria-label={log}
        onClick={event => {
          event.stopPropagation();
          showLog(keyOf(job));
        }}
      >
        <listIcon.react tag="span" width="16px" aria-hidden="true" />
      </button>
      {jobButtons(trans)
        .filter(({ action }) => suits(action, job, backend))
        .map(({ action, icon, of }) => (
          <button
            key={action}
            className="jp-RemoteRow-action"
            tabIndex={-1}
            title={of(job.name)}
            aria-label={of(job.name)}
            onClick={event => {
              event.stopPropagation();
              run(action, [job]);
            }}
          >
            <icon.react tag="span" width="16px" aria-hidden="true" />
          </button>
        ))}
    </div>
  );
}
