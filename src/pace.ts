import type { Poll } from '@lumino/polling';

import { MOVING } from './format';
import type { ISession } from './tokens';

/** Time between two listings in ms: while something moves, and else. */
const BRISK = 2_000;
export const CALM = 30_000;

/** List often while something moves: events may be lost. */
export function setPace(poll: Poll, all: readonly ISession[]): void {
  const moving = all.some(({ state }) => MOVING.has(state));
  const interval = moving ? BRISK : CALM;
  if (poll.frequency.interval !== interval) {
    poll.frequency = { ...poll.frequency, interval };
    void poll.schedule({ interval });
  }
}
