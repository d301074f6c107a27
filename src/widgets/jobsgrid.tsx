import type { TranslationBundle } from '@jupyterlab/translation';
import { caretDownIcon, caretUpIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import type { IFit } from '../jobcolumns';
import { heading } from '../jobcolumns';
import type { IRow } from '../jobgroups';
import type { JobListModel } from '../joblistmodel';
import type { ISelection, SelectHow } from '../selection';
import { move, select, selectAll } from '../selection';
import { useNow } from './hooks';
import { JobRow } from './jobrow';
import { ROW, rowId, useRows } from './rows';

/** Times are shown anew this often, in ms. */
const TICK = 1_000;

interface IGridProps {
  readonly model: JobListModel;
  readonly shown: IFit;
  readonly run: (command: string, key: string) => void;
  readonly trans: TranslationBundle;
}

/** The table. Only rows that can be seen are in the page. */
export function JobsGrid(props: IGridProps): React.JSX.Element {
  const { model, shown, run, trans } = props;
  const { rows: all, selection, jobs, desk } = model;
  const rows = useRows(all.length);
  const now = useNow(TICK);
  const onSelect = React.useCallback(
    (key: string, how: SelectHow) => {
      model.selection = select(model.selection, model.keys, key, how);
    },
    [model]
  );
  const toggle = React.useCallback(
    (row: IRow) => {
      turn(model, row);
    },
    [model]
  );
  const visible = all.slice(rows.first, rows.last);
  return (
    <div
      ref={rows.box}
      className="jp-RemoteJobs-grid"
      role="treegrid"
      tabIndex={0}
      aria-label={trans.__('Jobs')}
      aria-multiselectable="true"
      aria-rowcount={all.length + 1}
      aria-colcount={shown.columns.length + 1}
      aria-activedescendant={activeIn(visible, selection)}
      style={
        {
          '--jp-remote-jobs-columns': shown.template,
          '--jp-remote-jobs-width': `${shown.width}px`
        } as React.CSSProperties
      }
      onScroll={rows.onScroll}
      onKeyDown={event => {
        onKey(event, model, rows);
      }}
    >
      <Header {...props} />
      <div
        role="rowgroup"
        className="jp-RemoteJobs-body"
        style={{ height: all.length * ROW }}
      >
        {visible.map((row, index) => (
          <JobRow
            key={row.key}
            {...{ row, now, run, onSelect, toggle, trans }}
            columns={shown.columns}
            index={rows.first + index}
            backend={jobs.backends.get(row.job.backend)}
            selected={selection.keys.has(row.key)}
            active={selection.active === row.key}
            marked={desk.isMarked(row.key)}
            mine={model.isMine(row.job)}
          />
        ))}
      </div>
    </div>
  );
}

/** Open an array, or close it. */
function turn(model: JobListModel, { key, job, open }: IRow): void {
  if (open) {
    model.groups.close(key);
  } else {
    model.groups.open(job);
  }
}

/** DOM id of the row that the keyboard is in, if it is in the page. */
function activeIn(
  visible: readonly IRow[],
  { active }: ISelection
): string | undefined {
  return visible.some(({ key }) => key === active) ? rowId(active) : undefined;
}

function Header({ model, shown, trans }: IGridProps): React.JSX.Element {
  const { order } = model.desk;
  const Caret = order.down ? caretDownIcon.react : caretUpIcon.react;
  const sort = order.down ? 'descending' : 'ascending';
  return (
    <div role="rowgroup" className="jp-RemoteJobs-head">
      <div role="row" aria-rowindex={1} className="jp-RemoteJobs-row">
        {shown.columns.map(column => {
          const current = order.column === column;
          return (
            <div
              key={column}
              role="columnheader"
              data-column={column}
              aria-sort={current ? sort : 'none'}
            >
              <button
                title={heading(column, trans)}
                onClick={() => {
                  const down = current ? !order.down : false;
                  model.desk.order = { column, down };
                }}
              >
                <span>{heading(column, trans)}</span>
                {current && <Caret tag="span" aria-hidden="true" />}
              </button>
            </div>
          );
        })}
        <div role="columnheader" data-column="actions">
          <span className="jp-RemoteHidden">{trans.__('Actions')}</span>
        </div>
      </div>
    </div>
  );
}

type Rows = ReturnType<typeof useRows>;

/** The keyboard goes through the rows; buttons in the table keep their keys. */
function onKey(
  event: React.KeyboardEvent,
  model: JobListModel,
  rows: Rows
): void {
  if (event.target !== event.currentTarget || event.altKey) {
    return;
  }
  const next = chosenBy(event, model, rows.page);
  if (next) {
    event.preventDefault();
    event.stopPropagation();
    model.selection = next;
    rows.show(model.rows.findIndex(({ key }) => key === next.active));
  }
}

function chosenBy(
  event: React.KeyboardEvent,
  model: JobListModel,
  page: number
): ISelection | null {
  const { selection, keys } = model;
  const how: SelectHow = event.shiftKey ? 'range' : 'only';
  const go = (by: number) => move(selection, keys, by, how);
  const control = event.ctrlKey || event.metaKey;
  switch (event.key) {
    case 'ArrowDown':
      return go(1);
    case 'ArrowUp':
      return go(-1);
    case 'ArrowRight':
    case 'ArrowLeft':
      return sideways(model, event.key === 'ArrowRight');
    case 'PageDown':
      return go(page);
    case 'PageUp':
      return go(-page);
    case 'Home':
      return go(-keys.length);
    case 'End':
      return go(keys.length);
    case ' ':
      return select(selection, keys, selection.active, 'toggle');
    case 'a':
      return control ? selectAll(keys) : null;
    default:
      return null;
  }
}

/** Right opens an array, then goes into it; left goes out, then closes it. */
function sideways(model: JobListModel, right: boolean): ISelection | null {
  const { selection, keys } = model;
  const row = model.rows.find(({ key }) => key === selection.active);
  if (!row) {
    return null;
  }
  if (row.open === undefined) {
    return row.parent && !right
      ? select(selection, keys, row.parent, 'only')
      : selection;
  }
  if (row.open !== right) {
    turn(model, row);
    return selection;
  }
  return right ? move(selection, keys, 1, 'only') : selection;
}
