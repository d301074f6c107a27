import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ILayoutRestorer } from '@jupyterlab/application';
import { ICommandPalette, WidgetTracker } from '@jupyterlab/apputils';
import { IConnectionStatus } from '@jupyterlab/services';
import { IStateDB } from '@jupyterlab/statedb';
import { ITranslator } from '@jupyterlab/translation';
import { listIcon } from '@jupyterlab/ui-components';

import { CommandIDs } from '../commandids';
import { NO_ARGS } from '../commands';
import { jobsIcon } from '../icons';
import { JobClient } from '../jobclient';
import type { IJobCommands } from '../jobcommands';
import { addJobCommands, JOB_ARGS, jobsMeant, PALETTE } from '../jobcommands';
import { IJobDesk, JobDesk } from '../jobdesk';
import { labPath } from '../jobfolder';
import { Jobs } from '../jobs';
import { fromKey, keyOf } from '../jobstore';
import type { JobStream } from '../tokens';
import { IRemoteJobs, IRemoteSessions, IRemoteSettings } from '../tokens';
import type { IJobsOptions } from '../widgets/jobstab';
import { JobsTab } from '../widgets/jobstab';
import type { LogTab } from '../widgets/logtab';
import { showLog } from '../widgets/logtab';

/** The mirror of the user's jobs, for all other plugins. */
export const jobs: JupyterFrontEndPlugin<IRemoteJobs> = {
  id: 'jupyterlab-remote:jobs',
  description: 'Mirrors the jobs of the user on all backends.',
  autoStart: true,
  provides: IRemoteJobs,
  requires: [IRemoteSessions],
  optional: [IConnectionStatus],
  activate: (
    app: JupyterFrontEnd,
    sessions: IRemoteSessions,
    connection: IConnectionStatus | null
  ): IRemoteJobs => {
    const { events, serverSettings } = app.serviceManager;
    const client = new JobClient(serverSettings);
    return new Jobs({ client, sessions, events, connection });
  }
};

/** What all parts of the page that show jobs have in common. */
export const jobdesk: JupyterFrontEndPlugin<JobDesk> = {
  id: 'jupyterlab-remote:job-desk',
  description: 'Keeps how jobs are shown, and which of them are marked.',
  autoStart: true,
  provides: IJobDesk,
  requires: [IRemoteJobs],
  optional: [IStateDB],
  activate: (
    _: JupyterFrontEnd,
    source: IRemoteJobs,
    state: IStateDB | null
  ): JobDesk => new JobDesk(source, state)
};

/** The list of jobs in a tab, their logs, and the commands for them. */
export const joblist: JupyterFrontEndPlugin<void> = {
  id: 'jupyterlab-remote:job-list',
  description: 'Shows the jobs of the user and their logs in tabs.',
  autoStart: true,
  requires: [IRemoteJobs, IJobDesk, IRemoteSettings, ITranslator],
  optional: [ILayoutRestorer, ICommandPalette],
  activate: (
    app: JupyterFrontEnd,
    source: IRemoteJobs,
    desk: JobDesk,
    settings: IRemoteSettings,
    translator: ITranslator,
    restorer: ILayoutRestorer | null,
    palette: ICommandPalette | null
  ): void => {
    const trans = translator.load('jupyter_remote');
    const { commands } = app;
    const tabs = addList(
      app,
      { jobs: source, desk, settings, commands },
      translator
    );
    const current = () => tabs.currentWidget?.content.shown ?? null;
    const options = { app, jobs: source, desk, current, trans };
    addJobCommands(options);
    const logs = addLogs(options, translator);
    PALETTE.forEach(command => {
      palette?.addItem({ command, category: trans.__('Remote') });
    });
    void restorer?.restore(tabs, {
      command: CommandIDs.showJobs,
      name: () => 'jobs'
    });
    void restorer?.restore(logs, {
      command: CommandIDs.showJobLog,
      args: ({ content }) => ({ job: content.model.id }),
      name: ({ content }) => content.model.id
    });
  }
};

function addList(
  { commands, shell }: JupyterFrontEnd,
  options: IJobsOptions,
  translator: ITranslator
): WidgetTracker<JobsTab> {
  const namespace = 'jupyter-remote-jobs';
  const trans = translator.load('jupyter_remote');
  const tracker = new WidgetTracker<JobsTab>({ namespace });
  const make = () => {
    const tab = new JobsTab(options, translator);
    tab.content.changed.connect(() => {
      PALETTE.forEach(command => {
        commands.notifyCommandChanged(command);
      });
    });
    shell.add(tab, 'main', { type: 'Remote' });
    void tracker.add(tab);
    return tab;
  };
  commands.addCommand(CommandIDs.showJobs, {
    label: trans.__('Show Jobs'),
    caption: trans.__('Show all your jobs on all backends'),
    icon: jobsIcon,
    describedBy: NO_ARGS,
    execute: () => {
      const tab = tracker.find(() => true) ?? make();
      shell.activateById(tab.id);
      return tab;
    }
  });
  return tracker;
}

function addLogs(
  options: IJobCommands,
  translator: ITranslator
): WidgetTracker<LogTab> {
  const { app, jobs: source, desk, trans } = options;
  const namespace = 'jupyter-remote-job-logs';
  const tracker = new WidgetTracker<LogTab>({ namespace });
  const logs = {
    changed: source.changed,
    get: (key: string) => desk.get(key),
    log: source.log.bind(source),
    path: async (key: string, stream: JobStream) => {
      const can = source.backends.get(fromKey(key).backend)?.can;
      if (!can?.includes('details')) {
        return '';
      }
      const { logs } = (await source.details(key)).details;
      return labPath(logs[stream] ?? '', source.roots) ?? '';
    }
  };
  const show = showLog(app, tracker, logs, translator);
  app.commands.addCommand(CommandIDs.showJobLog, {
    label: trans.__('Show Job Log'),
    caption: trans.__('Show what the job prints'),
    icon: listIcon,
    describedBy: JOB_ARGS,
    isEnabled: args =>
      typeof args['job'] === 'string' ||
      jobsMeant(options, args, true).length === 1,
    execute: async args => {
      // Its name and state are in the list.
      source.open();
      await source.ready;
      const [job] = jobsMeant(options, args, true);
      const key = job ? keyOf(job) : args['job'];
      return typeof key === 'string' ? show(key) : undefined;
    }
  });
  return tracker;
}
