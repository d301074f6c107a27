/** Words about accounts on Everest servers. Pure. */
import type { TranslationBundle } from '@jupyterlab/translation';

import { duration, sentence } from './format';
import { reasonOf } from './lost';
import { lifeWords } from './shareview';
import type { IEverestAccount, State } from './tokens';

/** How an account is: `asking` until its server has answered once. */
export type AccountState =
  'works' | 'expired' | 'refused' | 'away' | 'broken' | 'asking';

/** Codes of what says nothing of a server but that it did not answer. */
const SILENT = new Set(['backend-unreachable', 'backend-timeout']);

/** How an account is; `now` in ms. */
export function accountState(
  account: IEverestAccount,
  now: number
): AccountState {
  const { ends, wrong, reason } = account;
  if (ends !== null && ends <= now) {
    return 'expired';
  }
  if (wrong === undefined) {
    return 'asking';
  }
  if (wrong === '') {
    return 'works';
  }
  if (reason === 'everest-login') {
    return 'refused';
  }
  return SILENT.has(reason ?? '') ? 'away' : 'broken';
}

/** The word for a state. */
export function accountWord(
  state: AccountState,
  trans: TranslationBundle
): string {
  switch (state) {
    case 'works':
      return trans.__('Works');
    case 'expired':
      return trans.__('Token expired');
    case 'refused':
      return trans.__('Token not accepted');
    case 'away':
      return trans.__('Unreachable');
    case 'broken':
      return trans.__('Does not work');
    case 'asking':
      return trans.__('Asking…');
  }
}

const SHAPES: Readonly<Record<AccountState, State>> = {
  works: 'running',
  expired: 'failed',
  refused: 'failed',
  away: 'lost',
  broken: 'failed',
  asking: 'starting'
};

/** The state of a job whose shape stands beside the word. */
export function accountShape(state: AccountState): State {
  return SHAPES[state];
}

/** How long the token is still valid. */
export function leftWords(
  { ends }: IEverestAccount,
  now: number,
  trans: TranslationBundle
): string {
  if (ends === null) {
    return trans.__('lifetime of the token unknown');
  }
  const left = (ends - now) / 1000;
  return left > 0
    ? trans.__('valid for %1 more', duration(left, trans))
    : trans.__('expired %1 ago', duration(-left, trans));
}

/** Whether an account can be renewed and forgotten here. */
export function isOurs({ kept }: IEverestAccount): boolean {
  return kept !== 'environment';
}

/** What the token is called, and where it is. */
export function keptWords(
  { kept, label }: IEverestAccount,
  trans: TranslationBundle
): string {
  const token = label ? trans.__('token “%1”', label) : trans.__('token');
  switch (kept) {
    case 'keyring':
      return trans.__('%1 in the system’s keyring', token);
    case 'environment':
      return trans.__('%1 in the environment of the Jupyter server', token);
    case 'file':
      return trans.__('%1 in a file that only you can read', token);
  }
}

/** User and server. */
export function whereWords({ username, url }: IEverestAccount): string {
  const host = url.replace(/^https?:\/\//, '');
  return username ? `${username}@${host}` : host;
}

/** All that is known of an account, a line each. */
export function accountLines(
  account: IEverestAccount,
  trans: TranslationBundle
): string[] {
  const { name, url, username, expires } = account;
  const ends =
    expires === null
      ? trans.__('Valid until: unknown, as the server does not say')
      : trans.__('Valid until %1', new Date(expires).toLocaleString());
  return [
    name,
    url,
    username && trans.__('User: %1', username),
    ends,
    sentence(keptWords(account, trans))
  ].filter((line): line is string => Boolean(line));
}

/** What is wrong, or will be soon, in the server's words; or empty. */
export function troubleWords(
  account: IEverestAccount,
  state: AccountState
): string {
  return state === 'away' || state === 'broken' || state === 'refused'
    ? (account.wrong ?? '')
    : account.warning;
}

/** Lives of tokens that are offered, in seconds. */
export const TOKEN_LIVES = [86_400, 604_800, 2_592_000, 7_776_000, 31_536_000];

/** The words for the life of a token. */
export function tokenLifeWords(
  seconds: number,
  trans: TranslationBundle
): string {
  return seconds === 31_536_000
    ? trans.__('1 year')
    : lifeWords(seconds, trans);
}

/** A field of the dialog; empty: none in particular. */
export type AccountField = 'url' | 'username' | 'secret' | 'name' | '';

/** The field that an error is about. */
export function fieldAtFault(error: unknown): AccountField {
  const words = error instanceof Error ? error.message : '';
  switch (reasonOf(error)) {
    case 'everest-login':
      return 'secret';
    case 'not-everest':
    case 'backend-unreachable':
      return 'url';
    case 'invalid-spec':
      return /there is an account|is no name of an account/.test(words)
        ? 'name'
        : 'url';
    default:
      return '';
  }
}
