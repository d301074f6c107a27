import { Dialog, showDialog, showErrorMessage } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';

import { grouped } from './jobview';
import type { IJob, IRemoteJobs, JobAction } from './tokens';

/** Requests on their way at once. */
const ATONCE = 6;

/** So many names stand in a question. */
const NAMED = 5;

/** Do it to all of them; cancelling is asked about first, failures are shown. */
export async function act(
  jobs: IRemoteJobs,
  action: JobAction,
  chosen: readonly IJob[],
  trans: TranslationBundle
): Promise<void> {
  if (action === 'cancel' && !(await confirmCancel(chosen, trans))) {
    return;
  }
  const failures = await eachOf(chosen, job => jobs.act(job, action));
  const [first] = failures;
  if (first !== undefined) {
    await showErrorMessage(
      failureTitle(action, trans),
      chosen.length === 1
        ? first
        : trans.__('%1 of %2: %3', failures.length, chosen.length, first)
    );
  }
}

/** Run for all, a few at once; answers the words of those that failed. */
async function eachOf(
  chosen: readonly IJob[],
  run: (job: IJob) => Promise<void>
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
    }
  };
  await Promise.all(Array.from({ length: ATONCE }, worker));
  return failures;
}

function failureTitle(action: JobAction, trans: TranslationBundle): string {
  switch (action) {
    case 'hold':
      return trans.__('Cannot hold');
    case 'release':
      return trans.__('Cannot release');
    case 'requeue':
      return trans.__('Cannot requeue');
    default:
      return trans.__('Cannot cancel');
  }
}

async function confirmCancel(
  chosen: readonly IJob[],
  trans: TranslationBundle
): Promise<boolean> {
  const result = await showDialog({
    title: cancelTitle(chosen, trans),
    body: cancelBody(chosen, trans),
    buttons: [
      Dialog.cancelButton({ label: trans.__('Keep') }),
      Dialog.warnButton({
        label: trans._n('Cancel Job', 'Cancel Jobs', chosen.length)
      })
    ]
  });
  return result.button.accept;
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

/** What is lost, and by whom. */
export function cancelBody(
  chosen: readonly IJob[],
  trans: TranslationBundle
): string {
  const loss = trans.__('What is not saved is lost.');
  const [first] = chosen;
  if (chosen.length === 1 && first) {
    const { job_id, backend, tasks } = first;
    const what =
      tasks > 1
        ? trans.__('%1 tasks of job %2', grouped(tasks), job_id)
        : trans.__('Job %1', job_id);
    return trans.__('%1 on %2 will end. %3', what, backend, loss);
  }
  const names = chosen.slice(0, NAMED).map(job => job.name);
  const more = chosen.length - names.length;
  if (more > 0) {
    names.push(trans.__('and %1 more', grouped(more)));
  }
  return trans.__('These will end: %1. %2', names.join(', '), loss);
}
