import {
  Dialog,
  Notification,
  showDialog,
  showErrorMessage
} from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';

import { isEverest } from './everestjob';
import { grouped } from './jobview';
import type { JobDeed } from './jobview';
import type { IJob } from './tokens';

/** Requests on their way at once. */
const ATONCE = 6;

/** So many names stand in a question. */
const NAMED = 5;

/** From so many jobs on it is shown how many are done. */
const MANY = 12;

/** Do it to all of them; failures are shown. */
export async function eachJob(
  deed: JobDeed,
  chosen: readonly IJob[],
  run: (job: IJob) => Promise<void>,
  trans: TranslationBundle
): Promise<void> {
  const progress = chosen.length < MANY ? null : new Progress(deed, trans);
  const failures = await eachOf(chosen, run, progress);
  progress?.end();
  const [first] = failures;
  if (first !== undefined) {
    await showErrorMessage(
      failureTitle(deed, trans),
      chosen.length === 1
        ? first
        : trans.__('%1 of %2: %3', failures.length, chosen.length, first)
    );
  }
}

/** Run for all, a few at once; answers the words of those that failed. */
async function eachOf(
  chosen: readonly IJob[],
  run: (job: IJob) => Promise<void>,
  progress: Progress | null
): Promise<string[]> {
  const failures: string[] = [];
  const left = [...chosen];
  const worker = async () => {
    for (let job = left.shift(); job; job = left.shift()) {
      try {
        await run(job);
      } catch (error) {
        failures.push(error instanceof Error ? error.message : String(error));
      }
      progress?.show(chosen.length - left.length, chosen.length);
      if (progress?.stopped) {
        return;
      }
    }
  };
  await Promise.all(Array.from({ length: ATONCE }, worker));
  return failures;
}

/** "12 of 300", with a button that stops before the next one. */
class Progress {
  constructor(
    private readonly _deed: JobDeed,
    private readonly _trans: TranslationBundle
  ) {}

  stopped = false;

  show(done: number, all: number): void {
    const words = { done: grouped(done), all: grouped(all) };
    const message = `${doing(this._deed, this._trans)} ${this._trans.__('%1 of %2', words.done, words.all)}`;
    const label = this._trans.__('Stop');
    const callback = (event: MouseEvent) => {
      event.preventDefault();
      this.stopped = true;
    };
    const options = {
      autoClose: false as const,
      progress: done / all,
      actions: [{ label, callback }]
    };
    if (this._id === '') {
      this._id = Notification.emit(message, 'in-progress', options);
    } else {
      const id = this._id;
      Notification.update({ id, message, type: 'in-progress', ...options });
    }
  }

  end(): void {
    if (this._id !== '') {
      Notification.dismiss(this._id);
    }
  }

  private _id = '';
}

function doing(deed: JobDeed, trans: TranslationBundle): string {
  const words: Record<JobDeed, string> = {
    hold: trans.__('Holding jobs:'),
    release: trans.__('Releasing jobs:'),
    requeue: trans.__('Requeueing jobs:'),
    change: trans.__('Changing jobs:'),
    cancel: trans.__('Cancelling jobs:'),
    delete: trans.__('Deleting jobs:')
  };
  return words[deed];
}

function failureTitle(deed: JobDeed, trans: TranslationBundle): string {
  const words: Record<JobDeed, string> = {
    hold: trans.__('Cannot hold'),
    release: trans.__('Cannot release'),
    requeue: trans.__('Cannot requeue'),
    change: trans.__('Cannot change'),
    cancel: trans.__('Cannot cancel'),
    delete: trans.__('Cannot delete')
  };
  return words[deed];
}

/** Whether the user really wants it; only loss is asked about. */
export async function confirmed(
  deed: JobDeed,
  chosen: readonly IJob[],
  trans: TranslationBundle
): Promise<boolean> {
  const question = lossWords(deed, chosen, trans);
  if (!question) {
    return true;
  }
  const { title, body, label } = question;
  const result = await showDialog({
    title,
    body,
    buttons: [
      Dialog.cancelButton({ label: trans.__('Keep') }),
      Dialog.warnButton({ label })
    ]
  });
  return result.button.accept;
}

/** What is asked before the deed; null: nothing is lost by it. */
function lossWords(
  deed: JobDeed,
  chosen: readonly IJob[],
  trans: TranslationBundle
): Record<'title' | 'body' | 'label', string> | null {
  const count = chosen.length;
  switch (deed) {
    case 'cancel':
      return {
        title: cancelTitle(chosen, trans),
        body: cancelBody(chosen, trans),
        label: trans._n('Cancel Job', 'Cancel Jobs', count)
      };
    case 'requeue':
      return {
        title: requeueTitle(chosen, trans),
        body: trans.__(
          'What runs is ended and starts anew. What it has not saved is lost.'
        ),
        label: trans._n('Requeue Job', 'Requeue Jobs', count)
      };
    case 'delete':
      return {
        title: deleteTitle(chosen, trans),
        body: deleteBody(chosen, trans),
        label: trans._n('Delete Job', 'Delete Jobs', count)
      };
    default:
      return null;
  }
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
export function cancelTitle(
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
export function cancelBody(
  chosen: readonly IJob[],
  trans: TranslationBundle
): string {
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
  const names = chosen.slice(0, NAMED).map(job => job.name);
  const more = chosen.length - names.length;
  if (more > 0) {
    names.push(trans.__('and %1 more', grouped(more)));
  }
  return trans.__('These will end: %1. %2', names.join(', '), loss) + later;
}
