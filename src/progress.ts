import type { TranslationBundle } from '@jupyterlab/translation';

import { ENDED } from './format';
import type { PageStatus } from './messages';
import type { Freshness, ISession } from './tokens';

/** What a tab shows. */
export type Phase =
  | 'submitting'
  | 'queued'
  | 'starting'
  | 'connecting'
  | 'open'
  | 'broken'
  | 'stopping'
  | 'ended'
  | 'forgotten'
  | 'refused';

/** What a tab knows when it decides what to show. */
export interface ISituation {
  /** The answer to the request to start was an error. */
  readonly refused: boolean;
  /** The id is known: the request to start was answered. */
  readonly submitted: boolean;
  readonly session: ISession | undefined;
  readonly freshness: Freshness;
  readonly page: PageStatus;
}

/** What a tab shows in a situation. */
export function phaseOf(situation: ISituation): Phase {
  const { refused, submitted, session, freshness, page } = situation;
  if (refused) {
    return 'refused';
  }
  if (!submitted) {
    return 'submitting';
  }
  if (!session) {
    return freshness === 'fresh' ? 'forgotten' : 'connecting';
  }
  if (ENDED.has(session.state)) {
    return 'ended';
  }
  if (session.state === 'running') {
    return runningPhase(page);
  }
  return session.state as Phase;
}

function runningPhase(page: PageStatus): Phase {
  if (page === 'painted') {
    return 'open';
  }
  return page === 'closed' ? 'broken' : 'connecting';
}

/** Whether the page of the session is (being) loaded in this phase. */
export function framed(phase: Phase, early: boolean): boolean {
  const started = phase === 'connecting' || phase === 'open';
  const waiting = phase === 'queued' || phase === 'starting';
  return started || phase === 'broken' || (early && waiting);
}

/** One step of the way to an open session. */
export interface IStep {
  readonly label: string;
  readonly state: 'done' | 'current' | 'waiting';
}

/** The way to an open session; empty when the tab is not on it. */
export function stepsOf(
  phase: Phase,
  queued: boolean,
  trans: TranslationBundle
): IStep[] {
  const way: [Phase, string][] = [
    ['submitting', trans.__('Submitting')],
    ['queued', trans.__('Waiting in the queue')],
    ['starting', trans.__('Starting')],
    ['connecting', trans.__('Connecting')]
  ];
  const shown = way.filter(([step]) => step !== 'queued' || queued);
  const current = shown.findIndex(([step]) => step === phase);
  if (current < 0) {
    return [];
  }
  return shown.map(([, label], index) => ({
    label,
    state: index < current ? 'done' : index === current ? 'current' : 'waiting'
  }));
}

/** Waits before the page of a broken connection is loaded again, in ms. */
const RETRIES = [1_000, 2_000, 4_000, 8_000, 15_000];

/** How long to wait before try number `count`, from 0; null: ask the user. */
export function retryDelay(count: number): number | null {
  return RETRIES[count] ?? null;
}
