import { Dialog, showDialog, showErrorMessage } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';

import { durationText, sizeText } from './durations';
import type { SubmitMemory } from './submitmemory';
import { wordsOf } from './submitdraft';
import type {
  IJob,
  IJobDetails,
  IJobRequest,
  IRemoteJobs,
  JobOption
} from './tokens';

/** The request that would make such a job again; null: its script is not known. */
export async function requestAgain(
  job: IJob,
  details: IJobDetails | null,
  memory: SubmitMemory
): Promise<IJobRequest | null> {
  const script = details?.script ?? '';
  if (!script) {
    return null;
  }
  const { backend, name } = job;
  const folder = details?.folder ? details.folder : job.folder;
  const kept = await memory.request(job);
  const options = kept ?? optionsOf(job, details);
  return { backend, script, name, folder, options };
}

/** What its record says of the choices, for a job that was not written here. */
function optionsOf(
  job: IJob,
  details: IJobDetails | null
): Record<string, JobOption> {
  const time = details?.asked.time ?? job.time_limit;
  const { partition, account, qos } = job;
  const all = { partition, account, qos, time: time ?? '' };
  return Object.fromEntries(
    Object.entries(all).filter(([, value]) => value !== '')
  );
}

/** Without those that the backend's form does not have. */
async function offeredOnly(
  jobs: IRemoteJobs,
  request: IJobRequest
): Promise<{ request: IJobRequest; words: string[] }> {
  const { fields } = await jobs.offers(request.backend);
  const given = request.options ?? {};
  const known = fields.filter(({ name }) => name in given);
  const words = known.map(({ name, kind, label }) => {
    const value = given[name] ?? '';
    const text =
      typeof value === 'number' && kind === 'seconds'
        ? durationText(value)
        : typeof value === 'number' && kind === 'bytes'
          ? sizeText(value)
          : String(value);
    return `${label}: ${text}`;
  });
  const options = Object.fromEntries(
    known.map(({ name }) => [name, given[name] ?? ''])
  );
  return { request: { ...request, options }, words };
}

/** Submit such a job once more, after a question; answers the new key, or empty. */
export async function submitAgain(
  jobs: IRemoteJobs,
  job: IJob,
  wanted: IJobRequest,
  memory: SubmitMemory,
  trans: TranslationBundle
): Promise<string> {
  try {
    const { request, words } = await offeredOnly(jobs, wanted);
    const sure = await confirm(job, request, words, trans);
    if (!sure) {
      return '';
    }
    const key = await jobs.submit(request);
    await memory.keepRequest(key, request.options ?? {});
    return key;
  } catch (error) {
    const title = trans.__('Cannot submit %1 again', job.name);
    await showErrorMessage(title, wordsOf(error));
    return '';
  }
}

async function confirm(
  job: IJob,
  { backend, folder }: IJobRequest,
  words: readonly string[],
  trans: TranslationBundle
): Promise<boolean> {
  const where = trans.__('The same script, to %1, in %2.', backend, folder);
  const array = job.array
    ? trans.__(
        'It is part of an array: all tasks that the script asks for run.'
      )
    : '';
  const result = await showDialog({
    title: trans.__('Submit %1 again?', job.name),
    body: [where, words.join(', '), array].filter(Boolean).join('\n'),
    buttons: [
      Dialog.cancelButton(),
      Dialog.okButton({ label: trans.__('Submit') })
    ]
  });
  return result.button.accept;
}
