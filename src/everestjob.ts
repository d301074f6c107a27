import { ENDED } from './format';
import { fromKey } from './jobstore';
import type { IEverestOutput, IJob, IJobDetails } from './tokens';

/** Before the name of an account: the name of its backend. */
const PREFIX = 'everest:';

/** Names of an account on Everest and of a job there. */
export interface IEverestJob {
  readonly server: string;
  readonly id: string;
}

/** Whether a backend is an account on an Everest server. */
export function isEverest(backend: string): boolean {
  return backend.startsWith(PREFIX);
}

/** The job with a key, when it is one of Everest; else null. */
export function everestJob(key: string): IEverestJob | null {
  const { backend, job_id } = fromKey(key);
  return isEverest(backend)
    ? { server: backend.slice(PREFIX.length), id: job_id }
    : null;
}

/** What a job was asked for. */
export interface IEverestRequest {
  readonly app: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly resources: readonly string[];
  /** Names of inputs with something in them that is not shown. */
  readonly hidden?: readonly string[];
}

/** The request that is written in the details; null: it cannot be read. */
export function requestOf(details: IJobDetails | null): IEverestRequest | null {
  try {
    const said = JSON.parse(details?.script ?? '') as Partial<IEverestRequest>;
    const { app = '', inputs = {}, resources = [] } = said;
    return app ? { app, inputs, resources } : null;
  } catch {
    return null;
  }
}

/** The same as a form is filled in with it: files have their names. */
export function againOf(details: IJobDetails | null): IEverestRequest | null {
  const {
    app = '',
    appAlias = '',
    inputs = {},
    resources = [],
    hidden = []
  } = (details?.request ?? {}) as Partial<
    IEverestRequest & { appAlias: string }
  >;
  return app
    ? { app: appAlias || app, inputs, resources, hidden }
    : requestOf(details);
}

/** A value in words, or a file. */
export interface IShown {
  readonly kind: 'value' | 'file';
  readonly text: string;
  /** Of a file. */
  readonly uri: string;
}

const ADDRESS = /^(?:\/api\/files\/|https?:\/\/)\S+$/;

/** A value of an input or output: a list has several parts. */
export function shown(value: unknown): readonly IShown[] {
  const each = Array.isArray(value) ? (value as unknown[]) : [value];
  return each.map(one =>
    typeof one === 'string' && ADDRESS.test(one)
      ? { kind: 'file', text: nameOf(one), uri: one }
      : { kind: 'value', text: wordsFor(one), uri: '' }
  );
}

function wordsFor(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** The last part of an address, as people read it. */
function nameOf(uri: string): string {
  const last = uri
    .replace(/[?#].*$/, '')
    .replace(/\/+$/, '')
    .split('/')
    .pop();
  try {
    return decodeURIComponent(last ?? '') || uri;
  } catch {
    return last ?? uri;
  }
}

/** One output: a value, or its files (several when it is a list). */
export interface IOutputRow {
  readonly name: string;
  /** Null: it is not a value. */
  readonly value: string | null;
  readonly files: readonly IEverestOutput[];
}

/** Outputs in rows; files of a list (`name.0`, `name.1`) stand together. */
export function outputRows(
  outputs: readonly IEverestOutput[]
): readonly IOutputRow[] {
  const names = new Set(outputs.map(({ name }) => name));
  const listOf = (name: string) => {
    const [, list = ''] = /^(.*)\.\d+$/.exec(name) ?? [];
    return list && names.has(`${list}.0`) ? list : name;
  };
  const rows = new Map<string, IOutputRow>();
  for (const output of outputs) {
    if (output.uri === undefined) {
      const value = wordsFor(output.value);
      rows.set(output.name, { name: output.name, value, files: [] });
      continue;
    }
    const name = listOf(output.name);
    const files = [...(rows.get(name)?.files ?? []), output];
    rows.set(name, { name, value: null, files });
  }
  return [...rows.values()];
}

/** Bytes of all files; null: of some it is not known. */
export function sizeOfAll(files: readonly IEverestOutput[]): number | null {
  return files.reduce<number | null>(
    (sum, { size }) =>
      sum === null || size === null || size === undefined ? null : sum + size,
    0
  );
}

/** Whether a job has, or may have, outputs now. */
export function hasOutputs(
  job: IJob | null,
  details: IJobDetails | null
): boolean {
  const told = Object.keys(details?.rows ?? {});
  return (
    (job !== null && ENDED.has(job.state)) ||
    told.some(name => name.startsWith('output '))
  );
}

/** Whether these are the inputs and outputs of a parameter sweep. */
export function isSweep(
  request: IEverestRequest | null,
  outputs: readonly IEverestOutput[]
): boolean {
  return (
    typeof request?.inputs['plan'] === 'string' &&
    outputs.some(({ name, uri }) => name === 'results' && uri !== undefined)
  );
}
