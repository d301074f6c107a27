import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { HIDDEN, isSecretName, withoutSecretsIn } from './secretnames';

/** The server's tests read the same names. */
const NAMES = JSON.parse(
  readFileSync(join(__dirname, '..', 'tests/data/secret_names.json'), 'utf8')
) as { secret: string[]; open: string[]; counts: string[] };

it.each(NAMES.secret)('%s is the name of a secret', name => {
  expect(isSecretName(name)).toBe(true);
});

it.each(NAMES.open)('%s is not', name => {
  expect(isSecretName(name)).toBe(false);
});

it.each(NAMES.counts)('a number called %s is none', name => {
  expect(withoutSecretsIn({ [name]: 512 })).toEqual({ [name]: 512 });
  expect(withoutSecretsIn({ [name]: '512' })).toEqual({ [name]: HIDDEN });
});

it('takes secrets out of a value', () => {
  const options = {
    user: 'ada',
    login: { password: 'x', pin: 7 },
    passwords: ['a', '', 5, true]
  };
  expect(withoutSecretsIn(options)).toEqual({
    user: 'ada',
    login: { password: HIDDEN, pin: 7 },
    passwords: [HIDDEN, '', HIDDEN, true]
  });
  expect(withoutSecretsIn(null)).toBeNull();
});
