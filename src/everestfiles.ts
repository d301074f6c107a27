/** Files as they are given to an application. Pure. */
import type { IEverestFile } from './tokens';

/** A file of the file browser, or one that has an address already. */
export type ChosenFile = { readonly path: string } | IEverestFile;

/** All files of a value: one, or a list. */
export function filesOf(value: unknown): readonly ChosenFile[] {
  const all: unknown[] = Array.isArray(value) ? value : [value];
  return all.flatMap(fileOf);
}

/** A file as it is given: a path, an address, or an address with a name. */
function fileOf(value: unknown): readonly ChosenFile[] {
  if (typeof value === 'string' && value !== '') {
    return [
      isAddress(value) ? { uri: value, name: lastPart(value) } : { path: value }
    ];
  }
  if (typeof value === 'object' && value !== null && 'uri' in value) {
    const { uri } = value;
    const name = 'name' in value ? value.name : '';
    return typeof uri === 'string'
      ? [{ uri, name: typeof name === 'string' && name ? name : lastPart(uri) }]
      : [];
  }
  return [];
}

/** A value in which files of the server are their addresses. */
export function addressOnly(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(addressOnly);
  }
  const [file, ...more] =
    typeof value === 'object' && value !== null && 'uri' in value
      ? filesOf(value)
      : [];
  return file && 'uri' in file && more.length === 0 && isAddress(file.uri)
    ? file.uri
    : value;
}

function isAddress(text: string): boolean {
  return /^(?:https?:\/\/|\/api\/files\/)/.test(text);
}

function lastPart(text: string): string {
  return text.replace(/[?#].*$/, '').replace(/.*\//, '') || text;
}

/** What a file is called in the form. */
export function fileName(file: ChosenFile): string {
  return 'path' in file ? file.path : file.name;
}

/** Tells files apart. */
export function fileKey(file: ChosenFile): string {
  return 'path' in file ? file.path : file.uri;
}
