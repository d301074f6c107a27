import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Clipboard, showErrorMessage } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { copyIcon, folderIcon, infoIcon } from '@jupyterlab/ui-components';
import type { CommandRegistry } from '@lumino/commands';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';

import { CommandIDs } from './commandids';
import { EndedJobs } from './ended';
import { starredIcon } from './icons';
import { confirmed, eachJob } from './jobactions';
import { jobButtons } from './jobbuttons';
import { askChange, partitionsFor } from './jobchange';
import type { JobDesk } from './jobdesk';
import { labPath } from './jobfolder';
import type { IListedJobs, JobListModel } from './joblistmodel';
import { keyOf } from './jobstore';
import type { JobDeed } from './jobview';
import { suits } from './jobview';
import type { IJob, IRemoteJobs } from './tokens';

/** What the commands need. */
export interface IJobCommands {
  readonly app: JupyterFrontEnd;
  readonly jobs: IRemoteJobs;
  readonly desk: JobDesk;
  /** The list that the user works in. */
  readonly current: () => JobListModel<IListedJobs> | null;
  readonly trans: TranslationBundle;
}

/** Arguments of commands for jobs. */
export const JOB_ARGS = {
  args: {
    type: 'object',
    properties: {
      job: {
        type: 'string',
        description:
          'The job: <backend>/<id>; without it, those that are selected in the current list'
      },
      context: {
        type: 'boolean',
        description: 'The job under the context menu is meant'
      }
    }
  }
} as const;

const MARK_ARGS = {
  args: {
    type: 'object',
    properties: {
      ...JOB_ARGS.args.properties,
      marked: {
        type: 'boolean',
        description: 'Whether it shall be marked; without it, the other way'
      }
    }
  }
};

type Args = ReadonlyPartialJSONObject;

/** The jobs that a command is about; of what ended only if it just `looks` at them. */
export function jobsMeant(
  { app, desk, current }: IJobCommands,
  { job, context }: Args,
  looks = false
): readonly IJob[] {
  const one = (key: string) => {
    const found = desk.get(key);
    return found ? [found] : [];
  };
  if (typeof job === 'string') {
    return one(job);
  }
  const list = current();
  if (!context) {
    const off = !looks && list?.jobs instanceof EndedJobs;
    return off ? [] : (list?.chosen ?? []);
  }
  const node = app.contextMenuHitTest(({ dataset }) => 'job' in dataset);
  const key = node?.dataset['job'] ?? '';
  const inList = node?.closest('.jp-RemoteJobs') && list;
  return inList && list.selection.keys.has(key) ? list.chosen : one(key);
}

/** Adds the commands that do something with jobs. */
export function addJobCommands(options: IJobCommands): void {
  const { trans } = options;
  for (const { deed, command, icon, label } of jobButtons(trans)) {
    const suitable = (args: Args) =>
      jobsMeant(options, args).filter(job => may(deed, job, options));
    options.app.commands.addCommand(command, {
      label: deedLabel(deed, label, trans),
      caption: deedCaption(deed, trans),
      icon,
      describedBy: JOB_ARGS,
      isEnabled: args => suitable(args).length > 0,
      // Few backends let jobs be deleted.
      isVisible: args => deed !== 'delete' || suitable(args).length > 0,
      execute: args => perform(deed, suitable(args), options)
    });
  }
  addLooks(options);
  addMark(options);
  addCopy(options);
}

function deedLabel(
  deed: JobDeed,
  label: string,
  trans: TranslationBundle
): string {
  return deed === 'change'
    ? trans.__('Change Job…')
    : trans.__('%1 Job', label);
}

function deedCaption(deed: JobDeed, trans: TranslationBundle): string {
  const words: Record<JobDeed, string> = {
    hold: trans.__('Keep waiting jobs from starting'),
    release: trans.__('Let held jobs wait for their start again'),
    requeue: trans.__('Let jobs start anew'),
    change: trans.__('Change the time limit or the partition of waiting jobs'),
    cancel: trans.__('End jobs'),
    delete: trans.__('Delete ended jobs with what is kept of them')
  };
  return words[deed];
}

function may(deed: JobDeed, job: IJob, options: IJobCommands): boolean {
  const { jobs, current } = options;
  const mine = current()?.isMine(job) ?? true;
  return mine && suits(deed, job, jobs.backends.get(job.backend));
}

async function perform(
  deed: JobDeed,
  chosen: readonly IJob[],
  { jobs, desk, trans }: IJobCommands
): Promise<void> {
  if (!(await confirmed(deed, chosen, trans))) {
    return;
  }
  if (deed === 'change') {
    const partitions = partitionsFor(jobs, chosen);
    const change = await askChange(chosen, partitions, trans);
    if (change) {
      const run = (job: IJob) => jobs.change(job, { ...change });
      await eachJob(deed, chosen, run, trans);
      desk.tellActed(chosen);
    }
    return;
  }
  const run = (job: IJob) =>
    deed === 'cancel' ? cancel(job, jobs, desk) : jobs.act(job, deed);
  await eachJob(deed, chosen, run, trans);
  desk.tellActed(chosen);
}

/** Its end may be told before the answer; when it is refused, its end is news. */
export async function cancel(
  job: IJob,
  jobs: Pick<IRemoteJobs, 'act'>,
  desk: Pick<JobDesk, 'cancelled'>
): Promise<void> {
  desk.cancelled.add(keyOf(job));
  try {
    await jobs.act(job, 'cancel');
  } catch (error) {
    desk.cancelled.delete(keyOf(job));
    throw error;
  }
}

/** Details and folder. */
function addLooks(options: IJobCommands): void {
  const { app, trans } = options;
  const { commands } = app;
  const single = (args: Args, looks = false) => {
    const [job, more] = jobsMeant(options, args, looks);
    return more ? undefined : job;
  };
  commands.addCommand(CommandIDs.openJob, {
    label: trans.__('Show Job Details'),
    caption: trans.__('Show all that is known about the job'),
    icon: infoIcon,
    describedBy: JOB_ARGS,
    isEnabled: args => single(args, true) !== undefined,
    execute: args => {
      const job = single(args, true);
      const key = job ? keyOf(job) : args['job'];
      return typeof key === 'string' ? showDetails(commands, key) : undefined;
    }
  });
  commands.addCommand(CommandIDs.openJobFolder, {
    label: trans.__('Open Folder of Job'),
    caption: trans.__('Show the job’s working directory in the file browser'),
    icon: folderIcon,
    describedBy: JOB_ARGS,
    isEnabled: args => Boolean(single(args)?.folder),
    execute: args => openFolder(options, single(args)?.folder ?? '')
  });
}

/** The job in full, where the part that shows it is there; else its log. */
export function showDetails(
  commands: CommandRegistry,
  job: string
): Promise<unknown> {
  const { showJob, showJobLog } = CommandIDs;
  const known = commands.hasCommand(showJob);
  return commands.execute(known ? showJob : showJobLog, { job });
}

async function openFolder(
  { app, jobs, trans }: IJobCommands,
  folder: string
): Promise<void> {
  const path = labPath(folder, jobs.roots);
  if (path === null) {
    await showErrorMessage(
      trans.__('Cannot open the folder'),
      trans.__(
        'The job works in %1. Lab’s file browser only shows what is below %2.',
        folder,
        jobs.roots[0] ?? '/'
      )
    );
    return;
  }
  await app.commands.execute('filebrowser:open-path', { path: `/${path}` });
}

function addMark(options: IJobCommands): void {
  const { app, desk, trans } = options;
  const marked = (args: Args) => {
    const those = jobsMeant(options, args);
    return (
      those.length > 0 && those.every(job => desk.isMarked(desk.markKey(job)))
    );
  };
  app.commands.addCommand(CommandIDs.markJob, {
    label: args =>
      marked(args) ? trans.__('Unmark Job') : trans.__('Mark Job'),
    caption: trans.__('Tell when the job starts, ends or fails'),
    icon: starredIcon,
    describedBy: MARK_ARGS,
    isEnabled: args =>
      typeof args['job'] === 'string' || jobsMeant(options, args).length > 0,
    execute: args => {
      const { job, marked: wanted } = args;
      const those = jobsMeant(options, args).map(each => desk.markKey(each));
      // One that was just submitted is in no list yet.
      const keys =
        those.length === 0 && typeof job === 'string' ? [job] : those;
      const all = keys.every(key => desk.isMarked(key));
      desk.mark(keys, typeof wanted === 'boolean' ? wanted : !all);
    }
  });
}

function addCopy(options: IJobCommands): void {
  const { app, trans } = options;
  app.commands.addCommand(CommandIDs.copyJobId, {
    label: trans.__('Copy Job Id'),
    caption: trans.__('Copy the job’s id to the clipboard'),
    icon: copyIcon,
    describedBy: JOB_ARGS,
    isEnabled: args => jobsMeant(options, args).length > 0,
    execute: args => {
      const ids = jobsMeant(options, args).map(({ job_id }) => job_id);
      Clipboard.copyToSystem(ids.join('\n'));
    }
  });
}

/** Those that make sense in the command palette. */
export const PALETTE = [
  CommandIDs.openJob,
  CommandIDs.showJobLog,
  CommandIDs.openJobFolder,
  CommandIDs.copyJobId,
  CommandIDs.markJob,
  CommandIDs.holdJob,
  CommandIDs.releaseJob,
  CommandIDs.requeueJob,
  CommandIDs.changeJob,
  CommandIDs.cancelJob,
  CommandIDs.deleteJob
] as const;
