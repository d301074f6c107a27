import { Dialog, showDialog, showErrorMessage } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';

import { keyOf } from './jobstore';
import { isLost, lostWords, reasonOf } from './lost';
import { textOf } from './offers';
import type { SubmitMemory } from './submitmemory';
import { wordsOf } from './submitdraft';
import { unknownWords } from './submitwords';
import type {
  IJob,
  IJobDetails,
  IJobRequest,
  IOffers,
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
  const { array } = job;
  // A task has an id that no request was answered with.
  const whole = array ? await memory.request({ backend, job_id: array }) : null;
  const kept = (await memory.request(job)) ?? whole;
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

/** What will be submitted, in words. */
interface IPlan {
  readonly request: IJobRequest;
  /** The options that stay. */
  readonly words: readonly string[];
  /** The options that the backend's form does not have. */
  readonly dropped: readonly string[];
  /** Why it is not known what the form has; empty: it is known. */
  readonly unknown?: string;
}

/** What the backend's form has of a request. */
export function planOf({ fields }: IOffers, request: IJobRequest): IPlan {
  const given = Object.entries(request.options ?? {});
  const has = (name: string) => fields.some(field => field.name === name);
  const known = given.filter(([name]) => has(name));
  const words = fields
    .filter(({ name }) => known.some(([each]) => each === name))
    .map(field => {
      const value = request.options?.[field.name] ?? '';
      return `${field.label}: ${textOf(field, value)}`;
    });
  const dropped = given
    .filter(([name]) => !has(name))
    .map(([name, value]) => `${name}: ${String(value)}`);
  const options = Object.fromEntries(known);
  return { request: { ...request, options }, words, dropped };
}

/** What may be asked for without knowing what is offered: what the script says. */
function blindPlan(request: IJobRequest, unknown: string): IPlan {
  const dropped = Object.entries(request.options ?? {}).map(
    ([name, value]) => `${name}: ${String(value)}`
  );
  return { request: { ...request, options: {} }, words: [], dropped, unknown };
}

/** What submitting again needs. */
export interface IAgain {
  readonly jobs: IRemoteJobs;
  readonly memory: SubmitMemory;
  readonly showJobs: () => void;
  readonly trans: TranslationBundle;
}

/** Jobs about which the user is asked now: a second click asks nothing more. */
const asked = new Set<string>();

/** Submit such a job once more, after a question; answers the new key, or empty. */
export async function submitAgain(
  again: IAgain,
  job: IJob,
  wanted: IJobRequest
): Promise<string> {
  const key = keyOf(job);
  if (asked.has(key)) {
    return '';
  }
  asked.add(key);
  try {
    return await askAndSubmit(again, job, wanted);
  } finally {
    asked.delete(key);
  }
}

async function askAndSubmit(
  again: IAgain,
  job: IJob,
  wanted: IJobRequest
): Promise<string> {
  const { jobs, memory, trans } = again;
  try {
    const plan = await planFor(again, wanted);
    if (!(await confirm(job, plan, trans))) {
      return '';
    }
    const key = await jobs.submit(plan.request);
    await memory.keepRequest(key, plan.request.options ?? {});
    return key;
  } catch (error) {
    await tellFailure(again, job, error);
    return '';
  }
}

async function planFor(
  { jobs, trans }: IAgain,
  wanted: IJobRequest
): Promise<IPlan> {
  let offers: IOffers;
  try {
    offers = await jobs.offers(wanted.backend);
  } catch (error) {
    if (reasonOf(error) === '') {
      throw error; // our server does not answer
    }
    return blindPlan(wanted, wordsOf(error));
  }
  if (!offers.available) {
    const words = trans.__('%1 takes no jobs now.', wanted.backend);
    throw new Error([words, offers.reason].filter(Boolean).join(' '));
  }
  return planOf(offers, wanted);
}

async function tellFailure(
  { showJobs, trans }: IAgain,
  job: IJob,
  error: unknown
): Promise<void> {
  if (!isLost(error)) {
    const title = trans.__('Cannot submit %1 again', job.name);
    await showErrorMessage(title, wordsOf(error));
    return;
  }
  const { title, advice, link } = lostWords(trans);
  const { button } = await showDialog({
    title,
    body: [wordsOf(error), advice].join('\n'),
    buttons: [
      Dialog.cancelButton({ label: trans.__('Close') }),
      Dialog.okButton({ label: link })
    ]
  });
  if (button.accept) {
    showJobs();
  }
}

/** What the question says. */
export function planWords(
  job: IJob,
  { request, words, dropped, unknown }: IPlan,
  trans: TranslationBundle
): string {
  const { backend, folder, options } = request;
  const where = folder
    ? trans.__('The same script, to %1, in %2.', backend, folder)
    : trans.__('The same script, to %1.', backend);
  const asked = options && ('array' in options || 'count' in options);
  const array = !job.array
    ? ''
    : asked
      ? trans.__('It is part of an array: all tasks of the array run again.')
      : trans.__(
          'It is part of an array: all tasks that the script asks for run.'
        );
  const without = !dropped.length
    ? ''
    : unknown
      ? trans.__('What was chosen is left out: %1.', dropped.join(', '))
      : trans.__('No longer offered, and left out: %1.', dropped.join(', '));
  const doubt = unknown ? unknownWords(backend, unknown, trans) : '';
  return [where, words.join(', '), doubt, without, array]
    .filter(Boolean)
    .join('\n');
}

async function confirm(
  job: IJob,
  plan: IPlan,
  trans: TranslationBundle
): Promise<boolean> {
  const result = await showDialog({
    title: trans.__('Submit %1 again?', job.name),
    body: planWords(job, plan, trans),
    buttons: [
      Dialog.cancelButton(),
      Dialog.okButton({ label: trans.__('Submit') })
    ]
  });
  return result.button.accept;
}
