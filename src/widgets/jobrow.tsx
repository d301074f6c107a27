import type { TranslationBundle } from '@jupyterlab/translation';
import { listIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import { CommandIDs } from '../commandids';
import { starIcon, starredIcon } from '../icons';
import { jobButtons } from '../jobbuttons';
import type { IRow } from '../jobgroups';
import type { Column } from '../joborder';
import { knownUntil, silence, suits } from '../jobview';
import type { SelectHow } from '../selection';
import type { IJobBackend } from '../tokens';
import { Cells } from './jobcells';
import { ROW, rowId } from './rows';

interface IRowProps {
  readonly row: IRow;
  readonly columns: readonly Column[];
  readonly backend: IJobBackend | undefined;
  readonly index: number;
  readonly now: number;
  readonly selected: boolean;
  readonly active: boolean;
  readonly marked: boolean;
  /** Whether it is the user's own. */
  readonly mine: boolean;
  readonly onSelect: (key: string, how: SelectHow) => void;
  readonly toggle: (row: IRow) => void;
  /** Run a command for the job with a key. */
  readonly run: (command: string, key: string) => void;
  readonly trans: TranslationBundle;
}

/** A job in the list, an array, or a member of one. */
export const JobRow = React.memo(function JobRow(
  props: IRowProps
): React.JSX.Element {
  const { row, backend, index, now, selected, active, mine, trans } = props;
  const { key, job, parent, open, note } = row;
  const old = silence(backend, trans);
  const common = {
    id: rowId(key),
    role: 'row',
    className: 'jp-RemoteJobs-row',
    style: { top: index * ROW },
    'aria-rowindex': index + 2,
    'aria-level': parent ? 2 : 1
  };
  if (note) {
    return (
      <div {...common} data-note="">
        <div role="gridcell" data-column="name">
          {note.problem || words(note.loading, trans)}
        </div>
      </div>
    );
  }
  return (
    <div
      {...common}
      aria-selected={selected}
      aria-expanded={open}
      data-job={key}
      data-state={job.state}
      data-active={active || undefined}
      data-member={parent ? true : undefined}
      data-old={old ? true : undefined}
      data-other={mine ? undefined : true}
      onClick={event => {
        props.onSelect(key, howOf(event));
      }}
      onContextMenu={() => {
        if (!selected) {
          props.onSelect(key, 'only');
        }
      }}
      onDoubleClick={() => {
        props.run(CommandIDs.openJob, key);
      }}
    >
      <Cells {...props} until={knownUntil(backend, now)} old={old} />
      <Actions {...props} />
    </div>
  );
});

function words(loading: boolean, trans: TranslationBundle): string {
  return loading ? trans.__('Loading…') : trans.__('No tasks.');
}

function howOf(event: React.MouseEvent): SelectHow {
  if (event.shiftKey) {
    return 'range';
  }
  return event.ctrlKey || event.metaKey ? 'toggle' : 'only';
}

/** Not in the order of the Tab key: the bar above the list has them too. */
function Actions(props: IRowProps): React.JSX.Element {
  const { row, backend, marked, mine, trans } = props;
  const { job, parent } = row;
  const star = marked
    ? trans.__('Unmark %1', job.name)
    : trans.__('Mark %1', job.name);
  return (
    <div role="gridcell" data-column="actions">
      {mine && (
        <>
          {jobButtons(trans)
            .filter(({ deed, row: each }) => each && suits(deed, job, backend))
            .map(({ command, icon, of }) => (
              <Action
                {...props}
                key={command}
                {...{ command, icon }}
                label={of(job.name)}
              />
            ))}
          {!parent && (
            <Action
              {...props}
              command={CommandIDs.markJob}
              icon={marked ? starredIcon : starIcon}
              label={star}
            />
          )}
          <Action
            {...props}
            command={CommandIDs.showJobLog}
            icon={listIcon}
            label={trans.__('Show log of %1', job.name)}
          />
        </>
      )}
    </div>
  );
}

function Action(
  props: IRowProps & {
    readonly command: string;
    readonly icon: typeof listIcon;
    readonly label: string;
  }
): React.JSX.Element {
  const { command, icon, label, row, run } = props;
  return (
    <button
      className="jp-RemoteRow-action"
      tabIndex={-1}
      title={label}
      aria-label={label}
      onClick={event => {
        event.stopPropagation();
        run(command, row.key);
      }}
      onDoubleClick={event => {
        event.stopPropagation();
      }}
    >
      <icon.react tag="span" width="16px" aria-hidden="true" />
    </button>
  );
}
