import {
  Dialog,
  Notification,
  showDialog,
  showErrorMessage
} from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';

import { nameList, questionOf } from './jobquestions';
import { grouped } from './jobview';
import type { JobDeed } from './jobview';
import { wordsOf } from './submitdraft';
import type { IJob } from './tokens';

/** Requests on their way at once. */
const ATONCE = 6;

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
  if (failures.size > 0) {
    await showErrorMessage(
      failureTitle(deed, trans),
      failureWords(failures, chosen.length, trans)
    );
  }
}

/** The jobs that something could not be done to, by the words of the refusal. */
type Failures = ReadonlyMap<string, readonly IJob[]>;

/** Run for all, a few at once; answers those that failed. */
async function eachOf(
  chosen: readonly IJob[],
  run: (job: IJob) => Promise<void>,
  progress: Progress | null
): Promise<Failures> {
  const failures = new Map<string, IJob[]>();
  const left = [...chosen];
  const worker = async () => {
    for (let job = left.shift(); job; job = left.shift()) {
      try {
        await run(job);
      } catch (error) {
        const words = wordsOf(error);
        failures.set(words, [...(failures.get(words) ?? []), job]);
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

/** What was refused to which of so many jobs, in a line for each refusal. */
export function failureWords(
  failures: Failures,
  count: number,
  trans: TranslationBundle
): string {
  const all = [...failures];
  if (count === 1) {
    return all[0]?.[0] ?? '';
  }
  const failed = all.reduce((sum, [, jobs]) => sum + jobs.length, 0);
  const head = trans.__(
    '%1 of %2 jobs were refused:',
    grouped(failed),
    grouped(count)
  );
  return [
    head,
    ...all.map(([words, jobs]) => `${nameList(jobs, trans)}: ${words}`)
  ].join('\n');
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

/** Whether the user really wants it, where there is something to ask. */
export async function confirmed(
  deed: JobDeed,
  chosen: readonly IJob[],
  trans: TranslationBundle
): Promise<boolean> {
  const question = questionOf(deed, chosen, trans);
  if (!question) {
    return true;
  }
  const { title, body, label, loss } = question;
  const buttons = loss
    ? [
        Dialog.cancelButton({ label: trans.__('Keep') }),
        Dialog.warnButton({ label })
      ]
    : [Dialog.cancelButton(), Dialog.okButton({ label })];
  const result = await showDialog({ title, body, buttons });
  return result.button.accept;
}
