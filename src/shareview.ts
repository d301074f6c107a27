import type { TranslationBundle } from '@jupyterlab/translation';

import { duration, secondsSince } from './format';
import type { IShare, IShareLimits, ShareMode, ShareState } from './tokens';

/** Lives of shares that are offered, in seconds. */
export const LIVES = [3_600, 86_400, 604_800] as const;

/** The link with the place it is at; `page`: URL of this page. */
export function fullLink(link: string, page: string): string {
  return new URL(link, page).href;
}

/** The word for a state. */
export function shareWord(state: ShareState, trans: TranslationBundle): string {
  switch (state) {
    case 'active':
      return trans.__('Active');
    case 'expired':
      return trans.__('Expired');
    case 'revoked':
      return trans.__('Revoked');
    case 'used':
      return trans.__('Used up');
    default:
      return state;
  }
}

/** A moment as people in this place write it. */
export function moment(when: number | string): string {
  return new Date(when).toLocaleString([], {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit'
  });
}

/** The words for a life that is offered. */
export function lifeWords(seconds: number, trans: TranslationBundle): string {
  switch (seconds) {
    case 3_600:
      return trans.__('1 hour');
    case 86_400:
      return trans.__('1 day');
    case 604_800:
      return trans.__('1 week');
    default:
      return duration(seconds, trans);
  }
}

/** Lives up to the longest that is allowed, which is one of them. */
export function livesWithin({ expires_in }: IShareLimits): readonly number[] {
  if (expires_in === null) {
    return LIVES;
  }
  const within = LIVES.filter(life => life <= expires_in);
  return within.length > 0 ? within : [expires_in];
}

/** What a share would allow, in what is asked for. */
export interface ISentence {
  readonly mode: ShareMode;
  readonly users: readonly string[];
  readonly once: boolean;
  readonly outputs: boolean;
  readonly follow: boolean;
  /** Until when, in ms since 1970. */
  readonly until: number;
}

/** Who will be able to do what until when. */
export function shareSentence(of: ISentence, trans: TranslationBundle): string {
  const what = of.outputs
    ? trans.__('this notebook with its outputs')
    : trans.__('this notebook without its outputs');
  const who = whoWords(of, trans);
  const when = moment(of.until);
  return of.once
    ? trans.__('%1 can copy %2, once, until %3.', who, what, when)
    : trans.__('%1 can copy %2 until %3.', who, what, when);
}

/** Which version others get. */
export function versionWords(
  follow: boolean,
  trans: TranslationBundle
): string {
  return follow
    ? trans.__('They get what you saved last.')
    : trans.__('They get it as it is saved now, whatever you change later.');
}

function whoWords(
  { mode, users }: Pick<ISentence, 'mode' | 'users'>,
  trans: TranslationBundle
): string {
  if (users.length > 0) {
    return trans.__('Only %1', users.join(', '));
  }
  return mode === 'hub'
    ? trans.__('Everybody on this hub who has the link')
    : trans.__('Everybody who has the link and can reach this server');
}

/** How long a share can still be opened: `3 h left`; empty when it cannot. */
export function remaining(
  { state, expires }: Pick<IShare, 'state' | 'expires'>,
  now: number,
  trans: TranslationBundle
): string {
  const seconds = (Date.parse(expires) - now) / 1000;
  return state === 'active' && seconds > 0
    ? trans.__('%1 left', duration(seconds, trans))
    : '';
}

/** The state, known to have ended when its time is over. */
export function stateNow(
  { state, expires }: Pick<IShare, 'state' | 'expires'>,
  now: number
): ShareState {
  return state === 'active' && Date.parse(expires) <= now ? 'expired' : state;
}

/** How often it was copied, and when last. */
export function usesWords(
  { uses, last_used }: Pick<IShare, 'uses' | 'last_used'>,
  now: number,
  trans: TranslationBundle
): string {
  if (uses === 0) {
    return trans.__('not used yet');
  }
  const times = trans._n('used once', 'used %1 times', uses);
  return last_used
    ? trans.__(
        '%1, last %2 ago',
        times,
        duration(secondsSince(last_used, now), trans)
      )
    : times;
}

/** The small print of a share, most telling first. */
export function shareDetails(
  share: IShare,
  now: number,
  trans: TranslationBundle
): string[] {
  const { revision, once, users, follow, outputs } = share;
  return [
    remaining(share, now, trans),
    usesWords(share, now, trans),
    trans.__('revision %1', revision),
    users.length > 0 ? trans.__('for %1', users.join(', ')) : '',
    once ? trans.__('once') : '',
    follow ? '' : trans.__('fixed'),
    outputs ? '' : trans.__('without outputs')
  ]
    .filter(part => part !== '')
    .map(part => part.replace(/ /g, '\u00a0'));
}

/** Names in a text, between commas, semicolons or white space; each once. */
export function namesIn(text: string): string[] {
  return [...new Set(text.split(/[\s,;]+/).filter(name => name !== ''))];
}
