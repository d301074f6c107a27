import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ILayoutRestorer } from '@jupyterlab/application';
import { WidgetTracker } from '@jupyterlab/apputils';
import { IConnectionStatus } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ITranslator } from '@jupyterlab/translation';
import { listIcon } from '@jupyterlab/ui-components';

import { CommandIDs } from '../commandids';
import { NO_ARGS } from '../commands';
import { jobsIcon } from '../icons';
import { JobClient } from '../jobclient';
import { Jobs } from '../jobs';
import { IRemoteJobs, IRemoteSessions } from '../tokens';
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

/** The list of jobs in a tab, and their logs. */
export const joblist: JupyterFrontEndPlugin<void> = {
  id: 'jupyterlab-remote:job-list',
  description: 'Shows the jobs of the user and their logs in tabs.',
  autoStart: true,
  requires: [IRemoteJobs, ITranslator],
  optional: [ILayoutRestorer],
  activate: (
    app: JupyterFrontEnd,
    source: IRemoteJobs,
    translator: ITranslator,
    restorer: ILayoutRestorer | null
  ): void => {
    const trans = translator.load('jupyter_remote');
    const lists = addList(app, source, translator, trans);
    const logs = addLogs(app, source, translator, trans);
    void restorer?.restore(lists, {
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
  app: JupyterFrontEnd,
  source: IRemoteJobs,
  translator: ITranslator,
  trans: TranslationBundle
): WidgetTracker<JobsTab> {
  const { commands, shell } = app;
  const namespace = 'jupyter-remote-jobs';
  const tracker = new WidgetTracker<JobsTab>({ namespace });
  const make = () => {
    const showLogOf = (job: string) =>
      void commands.execute(CommandIDs.showJobLog, { job });
    const tab = new JobsTab(source, showLogOf, translator);
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
  app: JupyterFrontEnd,
  source: IRemoteJobs,
  translator: ITranslator,
  trans: TranslationBundle
): WidgetTracker<LogTab> {
  const namespace = 'jupyter-remote-job-logs';
  const tracker = new WidgetTracker<LogTab>({ namespace });
  const show = showLog(app, tracker, source, translator);
  app.commands.addCommand(CommandIDs.showJobLog, {
    label: trans.__('Show Job Log'),
    caption: trans.__('Show what the job prints'),
    icon: listIcon,
    describedBy: JOB_ARGS,
    isEnabled: ({ job }) => typeof job === 'string',
    execute: async ({ job }) => {
      // Its name and state are in the list.
      source.open();
      await source.ready;
      return show(typeof job === 'string' ? job : '');
    }
  });
  return tracker;
}

const JOB_ARGS = {
  args: {
    type: 'object',
    properties: {
      job: { type: 'string', description: 'The job: <backend>/<id>' }
    },
    required: ['job']
  }
};
