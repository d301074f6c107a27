/** Names of values that are not for everybody's eyes, as in `hidden.py`. Pure. */

/** Stands where a secret is not kept; the server refuses it as a value. */
export const HIDDEN = '[hidden]';

const NAMES =
  /pass(?:word|phrase|code|wd)|secret|token(?!i[sz])|credential|authorization|парол|секрет|токен|(?:api|access|private|auth|license|account)[-_ ]?key/i;
const LAST = new Set(['pass', 'pwd', 'key', 'keys', 'ключ']);
const OPEN = new Set(
  'public sort primary foreign group join partition'.split(' ')
);

const COUNTS = new Set(
  'max min count number num n length size tokens'.split(' ')
);

function partsOf(name: string): string[] {
  return name
    .replace(/(\p{Ll})(?=\p{Lu})/gu, '$1 ')
    .toLowerCase()
    .split(/[^\p{L}]+/u)
    .filter(Boolean);
}

/** Whether a name says that its value is a secret. */
export function isSecretName(name: string): boolean {
  const [before = '', last = ''] = ['', ...partsOf(name)].slice(-2);
  return NAMES.test(name) || (LAST.has(last) && !OPEN.has(before));
}

/**
 * A value without the texts and numbers in it whose names, or those of what they
 * are in, say that they are secret. A number of something is none.
 */
export function withoutSecretsIn(
  value: unknown,
  names: readonly string[] = []
): unknown {
  if (Array.isArray(value)) {
    return value.map(each => withoutSecretsIn(each, names));
  }
  if (typeof value === 'object' && value !== null) {
    const parts = Object.entries(value).map(([name, each]) => [
      name,
      withoutSecretsIn(each, [...names, name])
    ]);
    return Object.fromEntries(parts) as unknown;
  }
  return isSecret(value, names) ? HIDDEN : value;
}

function isSecret(value: unknown, names: readonly string[]): boolean {
  const counts = () =>
    names.some(name => partsOf(name).some(part => COUNTS.has(part)));
  const secret = names.some(isSecretName);
  return typeof value === 'number'
    ? secret && !counts()
    : typeof value === 'string' && value !== '' && secret;
}
