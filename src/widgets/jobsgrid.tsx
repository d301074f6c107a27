import type { TranslationBundle } from '@jupyterlab/translation';
import { caretDownIcon, caretUpIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import { keyOf } from '../jobstore';
import type { Column, IOrder } from '../jobview';
import type { ISelection, SelectHow } from '../selection';
import { move, select, selectAll } from '../selection';
import type { IJob, IRemoteJobs, JobAction } from '../tokens';
import { useNow } from './hooks';
import { JobRow } from './jobrow';
import { ROW, rowId, useRows } from './rows';

/** Times are shown anew this often, in ms. */
const TICK = 1_000;

interface IGridProps {
  readonly jobs: IRemoteJobs;
  readonly shown: readonly IJob[];
  readonly order: IOrder;
  readonly setOrder: (order: IOrder) => void;
  readonly selection: ISelection;
  readonly setSelection: React.Dispatch<React.SetStateAction<ISelection>>;
  readonly run: (action: JobAction, those: readonly IJob[]) => void;
  readonly showLog: (key: string) => void;
  readonly trans: TranslationBundle;
}

/** The table. Only rows that can be seen are in the page. */
export function JobsGrid(props: IGridProps): React.JSX.Element {
  const { jobs, shown, selection, setSelection, trans } = props;
  const keys = React.useMemo(() => shown.map(keyOf), [shown]);
  const rows = useRows(shown.length);
  const now = useNow(TICK);
  const onSelect = React.useCallback(
    (key: string, how: SelectHow) => {
      setSelection(before => select(before, keys, key, how));
    },
    [keys, setSelection]
  );
  const visible = shown.slice(rows.first, rows.last);
  return (
    <div
      ref={rows.box}
      className="jp-RemoteJobs-grid"
      role="grid"
      tabIndex={0}
      aria-label={trans.__('Jobs')}
      aria-multiselectable="true"
      aria-rowcount={shown.length + 1}
      aria-colcount={COLUMNS.length + 1}
      aria-activedescendant={activeIn(visible, selection)}
      onScroll={rows.onScroll}
      onKeyDown={event => {
        onKey(event, props, keys, rows);
      }}
    >
      <Header {...props} />
      <div
        role="rowgroup"
        className="jp-RemoteJobs-body"
        style={{ height: shown.length * ROW }}
      >
        {visible.map((job, index) => (
          <JobRow
            key={keyOf(job)}
            {...{ job, now, trans }}
            index={rows.first + index}
            backend={jobs.backends.get(job.backend)}
            selected={selection.keys.has(keyOf(job))}
            active={selection.active === keyOf(job)}
            run={props.run}
            showLog={props.showLog}
            onSelect={onSelect}
          />
        ))}
      </div>
    </div>
  );
}

/** DOM id of the row that the keyboard is in, if it is in the page. */
function activeIn(
  visible: readonly IJob[],
  { active }: ISelection
): string | undefined {
  return visible.some(job => keyOf(job) === active) ? rowId(active) : undefined;
}

/** All columns in their order, with their heading. */
const COLUMNS: readonly Column[] = [
  'name',
  'backend',
  'job_id',
  'state',
  'reason',
  'partition',
  'nodes',
  'used',
  'submitted'
];

function heading(column: Column, trans: TranslationBundle): string {
  const words: Record<Column, string> = {
    name: trans.__('Name'),
    backend: trans.__('Backend'),
    job_id: trans.__('Id'),
    state: trans.__('State'),
    reason: trans.__('Reason'),
    partition: trans.__('Partition'),
    nodes: trans.__('Nodes'),
    used: trans.__('Time / Limit'),
    submitted: trans.__('Submitted')
  };
  return words[column];
}

function Header(props: IGridProps): React.JSX.Element {
  const { order, setOrder, trans } = props;
  const Caret = order.down ? caretDownIcon.react : caretUpIcon.react;
  const sort = order.down ? 'descending' : 'ascending';
  return (
    <div role="rowgroup" className="jp-RemoteJobs-head">
      <div role="row" aria-rowindex={1} className="jp-RemoteJobs-row">
        {COLUMNS.map(column => {
          const current = order.column === column;
          return (
            <div
              key={column}
              role="columnheader"
              data-column={column}
              aria-sort={current ? sort : 'none'}
            >
              <button
                onClick={() => {
                  setOrder({ column, down: current ? !order.down : false });
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
  props: IGridProps,
  keys: readonly string[],
  rows: Rows
): void {
  if (event.target !== event.currentTarget) {
    return;
  }
  const next = chosenBy(event, props, keys, rows.page);
  if (next) {
    event.preventDefault();
    event.stopPropagation();
    props.setSelection(next);
    rows.show(keys.indexOf(next.active));
  }
}

function chosenBy(
  event: React.KeyboardEvent,
  { selection, showLog }: IGridProps,
  keys: readonly string[],
  page: number
): ISelection | null {
  const how: SelectHow = event.shiftKey ? 'range' : 'only';
  const go = (by: number) => move(selection, keys, by, how);
  const control = event.ctrlKey || event.metaKey;
  switch (event.key) {
    case 'ArrowDown':
      return go(1);
    case 'ArrowUp':
      return go(-1);
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
    case 'Enter':
      if (selection.active) {
        showLog(selection.active);
      }
      return null;
    default:
      return null;
  }
}
