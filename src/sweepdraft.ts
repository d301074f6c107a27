import type { ISweepRequest, ISweepValues } from './tokens';

/** A parameter as it is being written. */
export interface ISweepRow {
  readonly name: string;
  readonly kind: 'list' | 'range';
  /** Of a list: values with blanks or commas between them. */
  readonly values: string;
  readonly from: string;
  readonly to: string;
  readonly step: string;
}

/** A sweep that is being written, as it comes back after a reload. */
export interface ISweepDraft {
  /** Name of the account. */
  readonly server: string;
  readonly name: string;
  readonly command: string;
  readonly rows: readonly ISweepRow[];
  /** Files of the file browser that are sent. */
  readonly files: readonly string[];
  /** Names of those that each task needs; empty: all. */
  readonly wanted: string;
  /** Names of the files that a task leaves. */
  readonly outputs: string;
  readonly resources: string;
  /** The server's application for sweeps; empty: the usual one. */
  readonly app: string;
}

export const EMPTY_ROW: ISweepRow = {
  name: '',
  kind: 'list',
  values: '',
  from: '',
  to: '',
  step: ''
};

export const EMPTY_DRAFT: ISweepDraft = {
  server: '',
  name: '',
  command: '',
  rows: [EMPTY_ROW],
  files: [],
  wanted: '',
  outputs: 'stdout stderr',
  resources: '',
  app: ''
};

/** What a task prints. */
const USUAL = 'stdout';

type Json = Readonly<Record<string, unknown>>;

/** A draft that was kept; what does not fit is as in a new one. */
export function draftOf(kept: unknown): ISweepDraft {
  const given = objectOf(kept);
  const rows = Array.isArray(given['rows']) ? (given['rows'] as unknown[]) : [];
  const files = Array.isArray(given['files']) ? given['files'] : [];
  return {
    ...withTexts(EMPTY_DRAFT, given),
    rows: rows.length > 0 ? rows.map(rowOf) : EMPTY_DRAFT.rows,
    files: (files as unknown[]).filter(file => typeof file === 'string')
  };
}

function rowOf(kept: unknown): ISweepRow {
  const row = withTexts(EMPTY_ROW, objectOf(kept));
  return { ...row, kind: row.kind === 'range' ? 'range' : 'list' };
}

function objectOf(kept: unknown): Json {
  return typeof kept === 'object' && kept !== null ? (kept as Json) : {};
}

/** The fields that are texts, from what is given. */
function withTexts<T extends object>(usual: T, given: Json): T {
  const texts = Object.entries(usual).map(([name, value]) => [
    name,
    typeof value === 'string' && typeof given[name] === 'string'
      ? given[name]
      : (value as unknown)
  ]);
  return Object.fromEntries(texts) as T;
}

/** The words of a field: names, or values. */
export function wordsIn(text: string): readonly string[] {
  return text.split(/[\s,]+/).filter(Boolean);
}

/** Whether nothing is written in a row. */
export function isBlank({ name, values, from, to, step }: ISweepRow): boolean {
  return [name, values, from, to, step].every(text => text.trim() === '');
}

/** The rows that are parameters. */
export function parametersOf({ rows }: ISweepDraft): readonly ISweepRow[] {
  return rows.filter(row => !isBlank(row));
}

/** Numbers of a range; a step that is not written is 1. */
export function rangeOf({ from, to, step }: ISweepRow): {
  readonly from: number;
  readonly to: number;
  readonly step: number;
} {
  const number = (text: string) => (text.trim() === '' ? NaN : Number(text));
  return {
    from: number(from),
    to: number(to),
    step: step.trim() === '' ? 1 : Number(step)
  };
}

/** How many values a row has; NaN: it cannot be said. */
export function valuesIn(row: ISweepRow): number {
  if (row.kind === 'list') {
    return wordsIn(row.values).length;
  }
  const { from, to, step } = rangeOf(row);
  // The server counts in the same way.
  const count = Math.floor((to - from) / step + 1e-9) + 1;
  return Number.isFinite(count) && count > 0 ? count : NaN;
}

/** What is sent. Lists are texts, so that numbers stay as they were written. */
export function sweepRequest(draft: ISweepDraft): ISweepRequest {
  const { command, files, wanted, outputs, resources, app, name } = draft;
  const parameters = Object.fromEntries(
    parametersOf(draft).map(row => [row.name.trim(), valuesOf(row)])
  );
  const needs = wanted.trim() ? wordsIn(wanted) : files.map(fileName);
  return {
    command: command.trim(),
    parameters,
    input_files: needs,
    output_files: wordsIn(outputs),
    files,
    ...(name.trim() && { name: name.trim() }),
    ...(app.trim() && { app: app.trim() }),
    ...(resources.trim() && { resources: wordsIn(resources) })
  };
}

function valuesOf(row: ISweepRow): ISweepValues {
  return row.kind === 'list' ? wordsIn(row.values) : rangeOf(row);
}

/** The output that is most likely wanted: what the tasks print, else the first. */
export function firstOutput(draft: ISweepDraft | null): string {
  const names = wordsIn(draft?.outputs ?? '').filter(
    name => usedIn(name).length === 0
  );
  const [first = USUAL] = names;
  return names.includes(USUAL) ? USUAL : first;
}

/** The last part of a path. */
export function fileName(path: string): string {
  return path.split('/').pop() ?? path;
}

/** Names of the parameters that a text uses: `${name}`. */
export function usedIn(text: string): readonly string[] {
  return [...text.matchAll(/\$\{([^}]*)\}/g)].map(([, name = '']) => name);
}
