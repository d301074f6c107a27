/** The form of an application: its inputs, what stands in them, what is wrong. Pure. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';

import { addressOnly, filesOf } from './everestfiles';
import type { ChosenFile } from './everestfiles';
import { limitsOf } from './everestlimits';
import type { IEverestApp, IEverestPort } from './tokens';

/** How an input is asked for. */
export type PortKind =
  | 'text'
  | 'secret'
  | 'number'
  | 'integer'
  | 'boolean'
  | 'choice'
  | 'lines'
  | 'json'
  | 'file'
  | 'files';

/** What stands in the form. */
export interface IAppDraft {
  /** Of the job. */
  readonly name: string;
  /** Ids of resources. */
  readonly resources: string;
  readonly texts: Readonly<Record<string, string>>;
  readonly files: Readonly<Record<string, readonly ChosenFile[]>>;
}

export const EMPTY_DRAFT: IAppDraft = {
  name: '',
  resources: '',
  texts: {},
  files: {}
};

export function kindOf(port: IEverestPort): PortKind {
  if (port.file) {
    return port.type === 'array' ? 'files' : 'file';
  }
  if (port.enum) {
    return 'choice';
  }
  switch (port.type) {
    case 'number':
    case 'integer':
    case 'boolean':
      return port.type;
    case 'array':
      return ['object', 'array', ''].includes(port.items) ? 'json' : 'lines';
    case 'string':
      return port.secret ? 'secret' : 'text';
    default:
      return 'json';
  }
}

/** What a value looks like where it is written. */
export function textOf(kind: PortKind, value: unknown): string {
  if (value === null || value === undefined) {
    return '';
  }
  if (kind === 'lines' && Array.isArray(value)) {
    return value.map(plain).join('\n');
  }
  return kind === 'json' || kind === 'choice'
    ? JSON.stringify(value)
    : plain(value);
}

function plain(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** A text that is no value of its input. */
class Unreadable extends Error {}

/** The value in a text that is not empty; throws Unreadable. */
function read(port: IEverestPort, text: string): unknown {
  switch (kindOf(port)) {
    case 'number':
    case 'integer':
    case 'boolean':
      return readAs(port.type, text);
    case 'lines':
      return text
        .split('\n')
        .filter(line => line.trim() !== '')
        .map(line => readAs(port.items, line));
    case 'choice':
      return json(text);
    case 'json':
      return readJson(port, text);
    default:
      return text;
  }
}

function readAs(type: string, text: string): unknown {
  const words = text.trim();
  if (type === 'number' || type === 'integer') {
    const number = Number(words);
    const fits = type === 'number' || Number.isSafeInteger(number);
    if (words === '' || !Number.isFinite(number) || !fits) {
      throw new Unreadable();
    }
    return number;
  }
  if (type === 'boolean') {
    if (words !== 'true' && words !== 'false') {
      throw new Unreadable();
    }
    return words === 'true';
  }
  return text;
}

function json(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new Unreadable();
  }
}

/** A type that nobody knows may mean a text. */
function readJson(port: IEverestPort, text: string): unknown {
  if (port.type !== 'object' && port.type !== 'array') {
    try {
      return json(text);
    } catch {
      return text;
    }
  }
  const value = json(text);
  const list = Array.isArray(value);
  if (
    typeof value !== 'object' ||
    value === null ||
    list !== (port.type === 'array')
  ) {
    throw new Unreadable();
  }
  return value;
}

/** Whether nothing stands in an input. */
function isEmpty(port: IEverestPort, draft: IAppDraft): boolean {
  return port.file
    ? (draft.files[port.name] ?? []).length === 0
    : (draft.texts[port.name] ?? '').trim() === '';
}

/** Whether an input must be filled in. */
export function isMissing(port: IEverestPort, draft: IAppDraft): boolean {
  return port.required && port.default === null && isEmpty(port, draft);
}

/** What is wrong with what stands in an input; empty: nothing. */
export function problemOf(
  port: IEverestPort,
  draft: IAppDraft,
  trans: TranslationBundle
): string {
  if (isEmpty(port, draft) || port.file) {
    return '';
  }
  try {
    const value = read(port, draft.texts[port.name] ?? '');
    return limitsOf(port, trans).find(({ met }) => !met(value))?.words ?? '';
  } catch {
    return unreadable(port, trans);
  }
}

function unreadable(port: IEverestPort, trans: TranslationBundle): string {
  if (kindOf(port) === 'choice') {
    return trans.__('Choose one of the values.');
  }
  const items = kindOf(port) === 'lines';
  switch (items ? port.items : port.type) {
    case 'number':
      return items
        ? trans.__('Write a number on each line, such as 2.5 or 1e-3.')
        : trans.__('Write a number, such as 2.5 or 1e-3.');
    case 'integer':
      return items
        ? trans.__('Write a whole number on each line.')
        : trans.__('Write a whole number.');
    case 'boolean':
      return trans.__('Write true or false on each line.');
    case 'array':
      return trans.__('Write a list in JSON, such as [1, 2].');
    default:
      return trans.__('Write an object in JSON, such as {"a": 1}.');
  }
}

/** Names of inputs that keep the form from being submitted. */
export function faults(
  { inputs }: IEverestApp,
  draft: IAppDraft,
  trans: TranslationBundle
): readonly string[] {
  return inputs
    .filter(
      port => isMissing(port, draft) || problemOf(port, draft, trans) !== ''
    )
    .map(({ name }) => name);
}

/** Paths of all files that have to be sent, each once. */
export function pathsOf(app: IEverestApp, draft: IAppDraft): readonly string[] {
  const all = app.inputs.flatMap(({ name }) => draft.files[name] ?? []);
  return [...new Set(all.flatMap(file => ('path' in file ? file.path : [])))];
}

/**
 * What is submitted. `uris`: addresses of the files that were sent, by path.
 * What is empty is left out, unless the platform asks for it.
 */
export function inputsOf(
  app: IEverestApp,
  draft: IAppDraft,
  uris: ReadonlyMap<string, string>
): Record<string, unknown> {
  const given = app.inputs.flatMap((port): [string, unknown][] => {
    const { name, required } = port;
    if (isEmpty(port, draft)) {
      return required && port.default !== null ? [[name, port.default]] : [];
    }
    if (!port.file) {
      return [[name, read(port, draft.texts[name] ?? '')]];
    }
    const files = (draft.files[name] ?? []).map(file =>
      'path' in file ? (uris.get(file.path) ?? file.path) : file.uri
    );
    return [[name, port.type === 'array' ? files : files[0]]];
  });
  return Object.fromEntries(given);
}

/** Ids of resources that are named. */
export function resourcesIn(resources: string): readonly string[] {
  return resources.split(/[\s,;]+/).filter(Boolean);
}

/** The request's script, as the server reads it. */
export function scriptOf(
  app: IEverestApp,
  draft: IAppDraft,
  uris: ReadonlyMap<string, string>
): string {
  const resources = resourcesIn(draft.resources);
  return JSON.stringify({
    app: app.alias || app.id,
    inputs: inputsOf(app, draft, uris),
    ...(resources.length > 0 && { resources })
  });
}

/** A form that has these values; names of inputs it does not have are told. */
export function draftFrom(
  app: IEverestApp,
  inputs: ReadonlyPartialJSONObject
): { readonly draft: IAppDraft; readonly unknown: readonly string[] } {
  const texts: Record<string, string> = {};
  const files: Record<string, readonly ChosenFile[]> = {};
  for (const port of app.inputs.filter(({ name }) => name in inputs)) {
    const { name } = port;
    const value: unknown = inputs[name];
    if (port.file) {
      files[name] = filesOf(value);
    } else {
      texts[name] = textOf(kindOf(port), addressOnly(value));
    }
  }
  const known = new Set(app.inputs.map(({ name }) => name));
  const unknown = Object.keys(inputs).filter(name => !known.has(name));
  return { draft: { ...EMPTY_DRAFT, texts, files }, unknown };
}
