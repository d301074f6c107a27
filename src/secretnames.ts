/** Names of values that are not for everybody's eyes, as in `hidden.py`. Pure. */

/** Stands where a secret is not kept; the server refuses it as a value. */
export const HIDDEN = '[hidden]';

const NAMES =
  /pass(?:word|phrase|code|wd)|secret|token(?!i[sz])|credential|authorization|парол|секрет|токен|(?:api|access|private|auth|license|account)[-_ ]?key/i;
const LAST = new Set(['pass', 'pwd', 'key', 'keys', 'ключ']);
const OPEN = new Set(
  'public sort primary foreign group join partition'.split(' ')
);

/** Whether a name says that its value is a secret. */
export function isSecretName(name: string): boolean {
  const parts = name
    .replace(/(\p{Ll})(?=\p{Lu})/gu, '$1 ')
    .toLowerCase()
    .split(/[^\p{L}]+/u)
    .filter(Boolean);
  const [before = '', last = ''] = ['', ...parts].slice(-2);
  return NAMES.test(name) || (LAST.has(last) && !OPEN.has(before));
}

/** A value without the texts and numbers in it whose names say that they are secret. */
export function withoutSecretsIn(value: unknown, secret = false): unknown {
  if (Array.isArray(value)) {
    return value.map(each => withoutSecretsIn(each, secret));
  }
  if (typeof value === 'object' && value !== null) {
    const parts = Object.entries(value).map(([name, each]) => [
      name,
      withoutSecretsIn(each, secret || isSecretName(name))
    ]);
    return Object.fromEntries(parts) as unknown;
  }
  return secret && value !== '' && ['string', 'number'].includes(typeof value)
    ? HIDDEN
    : value;
}
