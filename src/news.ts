import { ENDED } from './format';
import type { ITransition } from './tokens';

/** What is worth telling a user who does not look at the session. */
export type News = 'started' | 'ended' | 'failed';

/**
 * What a change means to the user; null: nothing. `asked`: this page asked
 * itself that the session stops, so that an orderly end is no news.
 */
export function newsOf(change: ITransition, asked: boolean): News | null {
  const { previous, next } = change;
  if (!next || previous?.state === next.state) {
    return null;
  }
  if ((next.state === 'failed' || next.state === 'lost') && !asked) {
    return 'failed';
  }
  if (next.state === 'running') {
    return 'started';
  }
  return ENDED.has(next.state) && !asked ? 'ended' : null;
}
