import type { TranslationBundle } from '@jupyterlab/translation';
import { caretDownIcon, caretRightIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import { sentence } from '../format';
import { jobIcon, starredIcon } from '../icons';
import { cellText } from '../jobcolumns';
import type { IRow, IShare } from '../jobgroups';
import { shareOf } from '../jobgroups';
import type { Column } from '../joborder';
import { grouped, jobReason, jobWord } from '../jobview';
import type { IJob } from '../tokens';

interface ICellProps {
  readonly row: IRow;
  readonly columns: readonly Column[];
  /** The time up to which is known how the job is, in ms. */
  readonly until: number;
  readonly now: number;
  /** Why the job may be out of date, or empty. */
  readonly old: string;
  readonly marked: boolean;
  readonly toggle: (row: IRow) => void;
  readonly trans: TranslationBundle;
}

/** What stands in a row, without the buttons. */
export function Cells(props: ICellProps): React.JSX.Element {
  const { row, columns, old, until, now, trans } = props;
  const { job } = row;
  return (
    <>
      {columns.map(of => {
        switch (of) {
          case 'name':
            return <Name key={of} {...props} />;
          case 'state':
            return <State key={of} job={job} trans={trans} />;
          case 'job_id':
            return <Id key={of} id={job.job_id} />;
          case 'reason':
            return (
              <Cell
                key={of}
                of={of}
                text={old ? sentence(old) : jobReason(job, trans)}
                title={jobReason(job, trans)}
              />
            );
          default: {
            const elapses = of === 'used' || of === 'left';
            const text = cellText(of, job, elapses ? until : now, trans);
            const title = of === 'backend' ? sentence(old) : '';
            return <Cell key={of} of={of} text={text} title={title} />;
          }
        }
      })}
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

/** Where there is no room it is cut in the middle: both ends tell ids apart. */
function Id({ id }: { readonly id: string }): React.JSX.Element {
  const tail = id.length > 8 ? 4 : 0;
  return (
    <div role="gridcell" data-column="job_id" title={id}>
      <span className="jp-RemoteJobs-head1">
        {id.slice(0, id.length - tail)}
      </span>
      {tail > 0 && <span>{id.slice(-tail)}</span>}
    </div>
  );
}

function Name({ row, marked, toggle, trans }: ICellProps): React.JSX.Element {
  const { job, open, parent } = row;
  const { name, tasks, folder, counts } = job;
  const Caret = open ? caretDownIcon.react : caretRightIcon.react;
  return (
    <div
      role="gridcell"
      data-column="name"
      title={[name, folder].filter(Boolean).join('\n')}
    >
      {open !== undefined && (
        <button
          className="jp-RemoteJobs-caret"
          tabIndex={-1}
          aria-label={
            open ? trans.__('Close %1', name) : trans.__('Open %1', name)
          }
          onClick={event => {
            event.stopPropagation();
            toggle(row);
          }}
        >
          <Caret tag="span" width="16px" aria-hidden="true" />
        </button>
      )}
      {marked && !parent && (
        <span className="jp-RemoteJobs-star" title={trans.__('Marked')}>
          <starredIcon.react tag="span" width="14px" aria-hidden="true" />
          <span className="jp-RemoteHidden">{trans.__('Marked')}</span>
        </span>
      )}
      <span className="jp-RemoteJobs-name">{name}</span>
      {tasks > 1 && !counts && (
        <span className="jp-RemoteJobs-badge">
          {trans.__('%1 tasks', grouped(tasks))}
        </span>
      )}
    </div>
  );
}

function State({
  job,
  trans
}: {
  readonly job: IJob;
  readonly trans: TranslationBundle;
}): React.JSX.Element {
  const share = shareOf(job);
  const icon = jobIcon(job);
  const word = jobWord(job, trans);
  return (
    <div
      role="gridcell"
      data-column="state"
      title={share ? shareTitle(share, word, trans) : job.word}
    >
      <icon.react tag="span" width="14px" aria-hidden="true" />
      {share ? <Share share={share} word={word} trans={trans} /> : word}
    </div>
  );
}

/** "38 of 200 done, 2 failed" over a bar. */
function Share(props: {
  readonly share: IShare;
  readonly word: string;
  readonly trans: TranslationBundle;
}): React.JSX.Element {
  const { share, word, trans } = props;
  const { tasks, done, failed, running } = share;
  const part = (count: number) => ({ width: `${(100 * count) / tasks}%` });
  return (
    <span className="jp-RemoteShare">
      <span className="jp-RemoteHidden">{word}: </span>
      <span className="jp-RemoteShare-words">
        <span>
          {done === tasks
            ? trans.__('%1 done', grouped(done))
            : trans.__('%1 of %2 done', grouped(done), grouped(tasks))}
        </span>
        {failed > 0 && (
          <span className="jp-RemoteShare-failed">
            {trans.__('%1 failed', grouped(failed))}
          </span>
        )}
      </span>
      <span className="jp-RemoteShare-bar" aria-hidden="true">
        <span data-part="done" style={part(done - failed)} />
        <span data-part="failed" style={part(failed)} />
        <span data-part="running" style={part(running)} />
      </span>
    </span>
  );
}

function shareTitle(
  { tasks, done, failed, running }: IShare,
  word: string,
  trans: TranslationBundle
): string {
  const waiting = Math.max(0, tasks - done - running);
  return [
    word,
    trans.__('%1 ended well', grouped(done - failed)),
    trans.__('%1 failed', grouped(failed)),
    trans.__('%1 running', grouped(running)),
    trans.__('%1 waiting', grouped(waiting))
  ].join('\n');
}
