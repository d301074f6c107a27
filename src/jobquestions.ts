import type { TranslationBundle } from '@jupyterlab/translation';

import { isEverest } from './everestjob';
import { grouped } from './jobview';
import type { JobDeed } from './jobview';
import type { IJob } from './tokens';

/** So many names stand in a sentence. */
const NAMED = 5;

/** What is asked before something is done to jobs. */
export interface IQuestion {
  readonly title: string;
  readonly body: string;
  /** What the button says that does it. */
  readonly label: string;
  /** Whether something is lost by it. */
  readonly loss: boolean;
}

/** What is asked before the deed; null: nothing, as it can be taken back. */
export function questionOf(
  deed: JobDeed,
  chosen: readonly IJob[],
  trans: TranslationBundle
): IQuestion | null {
  const count = chosen.length;
  switch (deed) {
    case 'cancel':
      return {
        title: cancelTitle(chosen, trans),
        body: cancelBody(chosen, trans),
        label: trans._n('Cancel Job', 'Cancel Jobs', count),
        loss: true
      };
    case 'requeue':
      return {
        title: requeueTitle(chosen, trans),
        body: trans.__(
          'What runs is ended and starts anew. What it has not saved is lost.'
        ),
        label: trans._n('Requeue Job', 'Requeue Jobs', count),
        loss: true
      };
    case 'delete':
      return {
        title: deleteTitle(chosen, trans),
        body: deleteBody(chosen, trans),
        label: trans._n('Delete Job', 'Delete Jobs', count),
        loss: true
      };
    case 'hold':
    case 'release':
      return count > 1 ? severalQuestion(deed, chosen, trans) : null;
    case 'change':
      return null; // its dialog asks
  }
}

/** What can be taken back, but not with a click. */
function severalQuestion(
  deed: 'hold' | 'release',
  chosen: readonly IJob[],
  trans: TranslationBundle
): IQuestion {
  const count = grouped(chosen.length);
  const names = nameList(chosen, trans);
  return deed === 'hold'
    ? {
        title: trans.__('Hold %1 jobs?', count),
        body: trans.__('These will not start until released: %1.', names),
        label: trans.__('Hold Jobs'),
        loss: false
      }
    : {
        title: trans.__('Release %1 jobs?', count),
        body: trans.__('These may start: %1.', names),
        label: trans.__('Release Jobs'),
        loss: false
      };
}

/** Some names, and how many more there are. */
export function nameList(
  chosen: readonly IJob[],
  trans: TranslationBundle
): string {
  const names = chosen.slice(0, NAMED).map(job => job.name);
  const more = chosen.length - names.length;
  if (more > 0) {
    names.push(trans.__('and %1 more', grouped(more)));
  }
  return names.join(', ');
}

/** What goes, and what stays. */
function deleteBody(chosen: readonly IJob[], trans: TranslationBundle): string {
  const theirs = trans.__(
    'Its server forgets it, with all files that it has there. What you have downloaded stays.'
  );
  const ours = trans.__(
    'Its record, its script and its logs are deleted. What it wrote elsewhere stays.'
  );
  const kinds = [
    chosen.some(({ backend }) => backend === 'local') ? ours : '',
    chosen.some(({ backend }) => backend !== 'local') ? theirs : ''
  ];
  return kinds.filter(Boolean).join(' ');
}

function deleteTitle(
  chosen: readonly IJob[],
  trans: TranslationBundle
): string {
  const [first] = chosen;
  return chosen.length === 1 && first
    ? trans.__('Delete %1?', first.name)
    : trans.__('Delete %1 jobs?', grouped(chosen.length));
}

/** The question, with the name of a single job. */
function cancelTitle(
  chosen: readonly IJob[],
  trans: TranslationBundle
): string {
  const [first] = chosen;
  return chosen.length === 1 && first
    ? trans.__('Cancel %1?', first.name)
    : trans.__('Cancel %1 jobs?', grouped(chosen.length));
}

function requeueTitle(
  chosen: readonly IJob[],
  trans: TranslationBundle
): string {
  const [first] = chosen;
  return chosen.length === 1 && first
    ? trans.__('Requeue %1?', first.name)
    : trans.__('Requeue %1 jobs?', grouped(chosen.length));
}

/** What is lost, and by whom. */
function cancelBody(chosen: readonly IJob[], trans: TranslationBundle): string {
  const loss = trans.__('What is not saved is lost.');
  const [first] = chosen;
  const later = chosen.some(({ backend }) => isEverest(backend))
    ? ` ${trans.__(
        'Everest only asks the machine that runs a job: until it has agreed the job is stopping, and a job that is faster still finishes.'
      )}`
    : '';
  if (chosen.length === 1 && first) {
    const { job_id, backend, tasks } = first;
    const what =
      tasks > 1
        ? trans.__('%1 tasks of job %2', grouped(tasks), job_id)
        : trans.__('Job %1', job_id);
    return trans.__('%1 on %2 will end. %3', what, backend, loss) + later;
  }
  const names = nameList(chosen, trans);
  return trans.__('These will end: %1. %2', names, loss) + later;
}
