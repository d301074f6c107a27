import type { TranslationBundle } from '@jupyterlab/translation';

import { ENDED } from './format';
import { shareOf } from './jobgroups';
import { keyOf } from './jobstore';
import { grouped, jobReason, waits } from './jobview';
import type { IJob, IJobBackend } from './tokens';

/** What is worth telling about a job. */
export type JobNewsKind = 'started' | 'ended' | 'failed' | 'gone';

/** Something that happened to a job, or to a whole array. */
export interface IJobNews {
  readonly kind: JobNewsKind;
  readonly job: IJob;
}

/** From so many on that happened together they are told in one sentence. */
export const TOGETHER = 6;

/**
 * What a change of the list means to the user; null: nothing. A job that was
 * not in the list before is news only when it started or ended after `since`
 * (ms): a backend that is seen again brings old ones too.
 */
export function jobNews(
  before: IJob | undefined,
  after: IJob | undefined,
  since: number
): JobNewsKind | null {
  if (!after) {
    return before && !ENDED.has(before.state) ? 'gone' : null;
  }
  if (before?.state === after.state) {
    return null;
  }
  const when = ENDED.has(after.state) ? after.ended : after.started;
  if (!before && !(Date.parse(when ?? '') >= since)) {
    return null;
  }
  if (after.state === 'running') {
    return before && !waits(before) && before.state !== 'starting'
      ? null
      : 'started';
  }
  if (!ENDED.has(after.state) || (before && ENDED.has(before.state))) {
    return null;
  }
  return after.state === 'stopped' ? 'ended' : 'failed';
}

/**
 * All news between two states of the list. That a job is gone says something
 * only where its backend answers: one that was not seen yet, is silent or was
 * taken away ends nothing.
 */
export function newsBetween(
  before: ReadonlyMap<string, IJob>,
  after: ReadonlyMap<string, IJob>,
  since: number,
  backends: ReadonlyMap<string, IJobBackend>
): readonly IJobNews[] {
  const answers = (backend: string): boolean => {
    const known = backends.get(backend);
    return known !== undefined && known.seen !== null && known.silent === '';
  };
  const news: IJobNews[] = [];
  for (const key of new Set([...before.keys(), ...after.keys()])) {
    const [was, is] = [before.get(key), after.get(key)];
    const kind = was === is ? null : jobNews(was, is, since);
    const job = is ?? was;
    // Sessions have notifications of their own.
    if (!kind || !job || job.session !== '') {
      continue;
    }
    if (kind !== 'gone' || answers(job.backend)) {
      news.push({ kind, job });
    }
  }
  return news;
}

/** News in a sentence. */
export function newsWords(
  { kind, job }: IJobNews,
  trans: TranslationBundle
): string {
  const { name, backend } = job;
  const share = shareOf(job);
  if (share && (kind === 'ended' || kind === 'failed')) {
    return trans.__(
      '%1 has ended: %2 of %3 tasks failed.',
      name,
      grouped(share.failed),
      grouped(share.tasks)
    );
  }
  switch (kind) {
    case 'started':
      return trans.__('%1 is running.', name);
    case 'ended':
      return trans.__('%1 has ended.', name);
    case 'failed':
      return [trans.__('%1 failed.', name), jobReason(job, trans)]
        .join(' ')
        .trim();
    default:
      return trans.__('%1 is over: %2 no longer knows it.', name, backend);
  }
}

/**
 * What tells these news from others, in all pages alike: a browser shows only
 * one notice of a tag.
 */
export function tagOf(news: readonly IJobNews[]): string {
  const tags = news
    .map(({ kind, job }) => {
      const when = kind === 'started' ? job.started : job.ended;
      return `${keyOf(job)} ${kind} ${when ?? ''}`;
    })
    .sort();
  const ends = [tags[0], tags.length > 1 ? tags.at(-1) : ''];
  return ['jupyter-remote-jobs', tags.length, ...ends].join(' ').trim();
}

/** Many news in one sentence: "38 jobs have ended, 2 of them failed; 3 are running." */
export function sumWords(
  news: readonly IJobNews[],
  trans: TranslationBundle
): string {
  const count = (...kinds: JobNewsKind[]) =>
    news.filter(({ kind }) => kinds.includes(kind)).length;
  const over = count('ended', 'failed', 'gone');
  const failed = count('failed');
  const started = count('started');
  const ended =
    over > 0 ? trans._n('%1 job has ended', '%1 jobs have ended', over) : '';
  const parts = [
    failed > 0 && ended
      ? trans.__('%1, %2 of them failed', ended, failed)
      : ended,
    started > 0
      ? trans._n('%1 job has started', '%1 jobs have started', started)
      : ''
  ];
  return `${parts.filter(Boolean).join('; ')}.`;
}
