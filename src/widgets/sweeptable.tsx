import type { TranslationBundle } from '@jupyterlab/translation';
import { caretDownIcon, caretUpIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import { grouped } from '../jobview';
import type { ISorting, SweepRow } from '../sweeptable';
import {
  cellText,
  columnsOf,
  nextSorting,
  PAGE,
  sortedRows
} from '../sweeptable';

interface IProps {
  readonly rows: readonly SweepRow[];
  /** Show the folder of a task. */
  readonly showTask: (task: number) => void;
  /** What stands beside the pages. */
  readonly more: React.JSX.Element;
  readonly trans: TranslationBundle;
}

/** A row for each task: number, parameters and output; in pages. */
export function SweepTable(props: IProps): React.JSX.Element {
  const { rows, trans } = props;
  const [sorting, setSorting] = React.useState<ISorting>({
    column: '',
    down: false
  });
  const [page, setPage] = React.useState(0);
  const columns = React.useMemo(() => columnsOf(rows), [rows]);
  const sorted = React.useMemo(
    () => sortedRows(rows, sorting),
    [rows, sorting]
  );
  const last = Math.max(0, Math.ceil(rows.length / PAGE) - 1);
  const at = Math.min(page, last);
  return (
    <>
      <div
        className="jp-RemoteEverest-scroll"
        role="region"
        aria-label={trans.__('Table of tasks')}
        tabIndex={0}
      >
        <table className="jp-RemoteEverest-table">
          <thead>
            <tr>
              {columns.map(column => (
                <Head
                  key={column}
                  {...{ column, sorting, trans }}
                  sort={() => {
                    setSorting(nextSorting(sorting, column));
                    setPage(0);
                  }}
                />
              ))}
            </tr>
          </thead>
          <tbody>
            {sorted.slice(at * PAGE, (at + 1) * PAGE).map((row, index) => (
              <Row key={index} {...props} {...{ row, columns }} />
            ))}
          </tbody>
        </table>
      </div>
      <div className="jp-RemoteEverest-pages">
        {last > 0 && <Pages {...{ at, last, setPage, trans }} />}
        {props.more}
      </div>
    </>
  );
}

function Head(props: {
  readonly column: string;
  readonly sorting: ISorting;
  readonly sort: () => void;
  readonly trans: TranslationBundle;
}): React.JSX.Element {
  const { column, sorting, sort, trans } = props;
  const mine = sorting.column === column;
  const Icon = sorting.down ? caretDownIcon : caretUpIcon;
  const order = sorting.down ? 'descending' : 'ascending';
  return (
    <th scope="col" aria-sort={mine ? order : 'none'}>
      <button title={trans.__('Sort by %1', column)} onClick={sort}>
        {column}
        {mine && <Icon.react tag="span" width="16px" aria-hidden="true" />}
      </button>
    </th>
  );
}

function Row(
  props: IProps & {
    readonly row: SweepRow;
    readonly columns: readonly string[];
  }
): React.JSX.Element {
  const { row, columns, showTask, trans } = props;
  return (
    <tr>
      {columns.map((column, index) => {
        const value = row[column];
        // What a task did not leave is marked; one without a number left nothing.
        const none = value === null;
        const text = none ? noneWords(index, trans) : cellText(value);
        const number = typeof value === 'number';
        return (
          <td
            key={column}
            data-number={number || undefined}
            data-none={none || undefined}
            title={text.length > 40 ? text : undefined}
          >
            {index === 0 && number ? (
              <button
                className="jp-RemoteLink"
                title={trans.__('Show the folder of task %1', value)}
                onClick={() => {
                  showTask(value);
                }}
              >
                {text}
              </button>
            ) : (
              text
            )}
          </td>
        );
      })}
    </tr>
  );
}

function noneWords(column: number, trans: TranslationBundle): string {
  return column === 0 ? trans.__('missing') : trans.__('no result');
}

function Pages(props: {
  readonly at: number;
  readonly last: number;
  readonly setPage: (page: number) => void;
  readonly trans: TranslationBundle;
}): React.JSX.Element {
  const { at, last, setPage, trans } = props;
  const button = (label: string, page: number) => (
    <button
      className="jp-mod-styled"
      disabled={page < 0 || page > last}
      onClick={() => {
        setPage(page);
      }}
    >
      {label}
    </button>
  );
  return (
    <nav aria-label={trans.__('Pages of the table')}>
      {button(trans.__('Previous'), at - 1)}
      <span role="status">
        {trans.__('Page %1 of %2', grouped(at + 1), grouped(last + 1))}
      </span>
      {button(trans.__('Next'), at + 1)}
    </nav>
  );
}
