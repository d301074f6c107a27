import { nullTranslator } from '@jupyterlab/translation';

import {
  accountLines,
  accountState,
  accountWord,
  fieldAtFault,
  isOurs,
  keptWords,
  leftWords,
  troubleWords,
  whereWords
} from './everestview';
import { EverestClient } from './everestclient';
import { answers } from './testing/answers';
import { account } from './testing/everest';

const trans = nullTranslator.load('');
const now = Date.parse('2026-11-21T10:00:00Z');
const late = Date.parse('2026-11-27T12:30:00Z');

describe('an account', () => {
  it.each([
    [account(), now, 'asking', 'Asking…'],
    [account({ wrong: '' }), now, 'works', 'Works'],
    [account({ wrong: '' }), late, 'expired', 'Token expired'],
    [account({ wrong: '', ends: null }), late, 'works', 'Works'],
    // A clock that is wrong decides nothing.
    [
      account({ wrong: '', expires: '2001-01-01T00:00:00Z' }),
      now,
      'works',
      'Works'
    ],
    [
      account({ wrong: 'no', reason: 'everest-login' }),
      now,
      'refused',
      'Token not accepted'
    ],
    [
      account({ wrong: 'no', reason: 'backend-unreachable' }),
      now,
      'away',
      'Unreachable'
    ],
    [
      account({ wrong: 'no', reason: 'backend-timeout' }),
      now,
      'away',
      'Unreachable'
    ],
    // It answered, or was not asked: a proxy that is none, a refusal, no Everest.
    ...(['not-everest', 'forbidden', 'backend-error', ''] as const).map(
      reason =>
        [
          account({ wrong: 'no', reason }),
          now,
          'broken',
          'Does not work'
        ] as const
    )
  ] as const)('%#: is in a state, and a word', (one, when, state, word) => {
    expect(accountState(one, when)).toBe(state);
    expect(accountWord(state, trans)).toBe(word);
  });

  it('says how long its token is valid', () => {
    expect(leftWords(account(), now, trans)).toBe('valid for 6 d more');
    expect(leftWords(account(), late, trans)).toBe('expired 2 h ago');
    expect(leftWords(account({ ends: null }), now, trans)).toBe(
      'lifetime of the token unknown'
    );
    const lines = accountLines(account({ expires: null }), trans);
    expect(lines).toContain('Valid until: unknown, as the server does not say');
  });

  it('says where it and its token are', () => {
    expect(whereWords(account())).toBe('ada@everest.example');
    expect(whereWords(account({ username: '' }))).toBe('everest.example');
    expect(keptWords(account(), trans)).toBe(
      'token “JupyterLab” in the system’s keyring'
    );
    expect(keptWords(account({ label: '', kept: 'file' }), trans)).toBe(
      'token in a file that only you can read'
    );
    const given = account({ label: '', kept: 'environment' });
    expect(keptWords(given, trans)).toBe(
      'token in the environment of the Jupyter server'
    );
    expect([isOurs(given), isOurs(account())]).toEqual([false, true]);
    expect(accountLines(account({ label: '' }), trans)).toHaveLength(5);
  });

  it('says what is wrong in the server’s words, else what will be', () => {
    const one = account({ wrong: 'it is away', warning: 'it ends soon' });
    expect(troubleWords(one, 'away')).toBe('it is away');
    expect(troubleWords(one, 'broken')).toBe('it is away');
    expect(troubleWords({ ...one, wrong: '' }, 'works')).toBe('it ends soon');
    expect(troubleWords(one, 'expired')).toBe('it ends soon');
  });
});

describe('an error', () => {
  it.each([
    [403, 'everest-login', 'no', 'secret'],
    [502, 'not-everest', 'no', 'url'],
    [502, 'backend-unreachable', 'no', 'url'],
    [400, 'invalid-spec', "there is an account 'work' already", 'name'],
    [400, 'invalid-spec', "'a b' is no name of an account", 'name'],
    [400, 'invalid-spec', 'http:// is refused', 'url'],
    [507, 'storage', 'no room', '']
  ])('%s %s: %s', async (status, reason, message, field) => {
    const body = JSON.stringify({ message, reason });
    const { client } = answers(EverestClient, body, { status });
    const error: unknown = await client
      .add({ url: '' })
      .catch((thrown: unknown) => thrown);
    expect(fieldAtFault(error)).toBe(field);
  });
});
