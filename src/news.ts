import { ENDED } from './format';
import type { ITransition } from './tokens';

/** What is worth telling a user who does not look at the session. */
export type News = 'started' | 'ended' | 'failed';

/**
 * What a change means to the user; null: nothing. `asked`: this page asked
 * itself that the session stops, so that its end is no news. Nor is what was
 * already so when it was first seen, as after a night without connection.
 */
export function newsOf(change: ITransition, asked: boolean): News | null {
  const { previous, next } = change;
  if (!previous || !next || previous.state === next.state) {
    return null;
  }
  if (next.state === 'running') {
    return 'started';
  }
  if (asked || !ENDED.has(next.state)) {
    return null;
  }
  return next.state === 'stopped' ? 'ended' : 'failed';
}
