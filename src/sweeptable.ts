import type { TranslationBundle } from '@jupyterlab/translation';

import { grouped } from './jobview';
import type { ISweepTable } from './tokens';

/** The results of a sweep as they were unpacked. */
export interface ISweepResults extends ISweepTable {
  /** Tasks that left no file. */
  readonly empty: number;
  /** Tasks of the plan without results; null: not known. */
  readonly missing: number | null;
  /** Name of the CSV file in the folder that has the whole table. */
  readonly table: string;
}

export type SweepRow = ISweepResults['rows'][number];

/** Rows of one page of the table. */
export const PAGE = 50;

/** All columns that some row has, in order. */
export function columnsOf(rows: readonly SweepRow[]): readonly string[] {
  return [...new Set(rows.flatMap(row => Object.keys(row)))];
}

/** The text of a cell. */
export function cellText(value: unknown): string {
  if (value === undefined || value === null) {
    return '';
  }
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** How a table is sorted; an empty column: as the server sent it. */
export interface ISorting {
  readonly column: string;
  readonly down: boolean;
}

/** The next sorting after a click on the head of a column. */
export function nextSorting(now: ISorting, column: string): ISorting {
  if (now.column !== column) {
    return { column, down: false };
  }
  return now.down ? { column: '', down: false } : { column, down: true };
}

/** Numbers before texts; empty cells last, whichever the direction. */
export function sortedRows(
  rows: readonly SweepRow[],
  { column, down }: ISorting
): readonly SweepRow[] {
  if (!column) {
    return rows;
  }
  const rank = (value: unknown) =>
    cellText(value) === '' ? 2 : typeof value === 'number' ? 0 : 1;
  return [...rows].sort((one, other) => {
    const [a, b] = [one[column], other[column]];
    const between = rank(a) - rank(b);
    if (between !== 0) {
      return between;
    }
    const order =
      typeof a === 'number' && typeof b === 'number'
        ? a - b
        : cellText(a).localeCompare(cellText(b));
    return down ? -order : order;
  });
}

/** The table as CSV (RFC 4180). */
export function csvOf(rows: readonly SweepRow[]): string {
  const columns = columnsOf(rows);
  const field = (text: string) =>
    /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  const lines = [
    columns,
    ...rows.map(row => columns.map(column => cellText(row[column])))
  ];
  return lines.map(line => `${line.map(field).join(',')}\r\n`).join('');
}

/** How many tasks there are, and how many left nothing. */
export function resultWords(
  { tasks, empty, missing }: ISweepResults,
  trans: TranslationBundle
): string {
  const parts = [
    trans._n('%2 task', '%2 tasks', tasks, grouped(tasks)),
    empty > 0
      ? trans._n(
          '%2 of them left no file',
          '%2 of them left no file',
          empty,
          grouped(empty)
        )
      : '',
    missing
      ? trans._n(
          '%2 is missing from the results',
          '%2 are missing from the results',
          missing,
          grouped(missing)
        )
      : ''
  ];
  return `${parts.filter(Boolean).join('; ')}.`;
}
