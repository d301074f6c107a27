import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ILayoutRestorer } from '@jupyterlab/application';
import { showErrorMessage, WidgetTracker } from '@jupyterlab/apputils';
import { IEditorServices } from '@jupyterlab/codeeditor';
import { IDefaultFileBrowser } from '@jupyterlab/filebrowser';
import { IStateDB } from '@jupyterlab/statedb';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ITranslator } from '@jupyterlab/translation';

import { requestAgain, submitAgain } from '../again';
import { CommandIDs } from '../commandids';
import { everestView } from '../everestdetails';
import { jobsIcon } from '../icons';
import type { JobDesk } from '../jobdesk';
import { IJobDesk } from '../jobdesk';
import { DetailsModel } from '../jobdetails';
import { labPath } from '../jobfolder';
import { tellSubmitted } from '../submit';
import type { SubmitMemory } from '../submitmemory';
import { memoryIn } from '../submitmemory';
import type { IJobRequest } from '../tokens';
import { IRemoteJobs } from '../tokens';
import type { IDetailsActions } from '../widgets/jobdetails';
import { DetailsTab } from '../widgets/jobdetailstab';

/** One job in full, in a tab. */
export const jobdetails: JupyterFrontEndPlugin<void> = {
  id: 'jupyterlab-remote:job-details',
  description: 'Shows all that is known of one job in a tab.',
  autoStart: true,
  requires: [IRemoteJobs, IJobDesk, IEditorServices, ITranslator],
  optional: [ILayoutRestorer, IStateDB, IDefaultFileBrowser],
  activate: (
    app: JupyterFrontEnd,
    jobs: IRemoteJobs,
    desk: JobDesk,
    services: IEditorServices,
    translator: ITranslator,
    restorer: ILayoutRestorer | null,
    state: IStateDB | null,
    browser: IDefaultFileBrowser | null
  ): void => {
    const trans = translator.load('jupyter_remote');
    const namespace = 'jupyter-remote-job-details';
    const tracker = new WidgetTracker<DetailsTab>({ namespace });
    const make = (key: string) => {
      const model = new DetailsModel(jobs, key, desk);
      const actions = actionsOf(app, model, state, trans);
      const everest = everestView({ app, browser, state, trans }, model);
      const tab = new DetailsTab(model, services, actions, everest, translator);
      app.shell.add(tab, 'main', { mode: 'tab-after' });
      void tracker.add(tab);
      return tab;
    };
    app.commands.addCommand(CommandIDs.showJob, {
      label: trans.__('Show Job Details'),
      caption: trans.__('Show all that is known of the job'),
      icon: jobsIcon,
      describedBy: JOB_ARGS,
      isEnabled: ({ job }) => typeof job === 'string',
      execute: ({ job }) => {
        const key = typeof job === 'string' ? job : '';
        const known = tracker.find(({ content }) => content.model.key === key);
        const tab = known ?? make(key);
        app.shell.activateById(tab.id);
        return tab;
      }
    });
    void restorer?.restore(tracker, {
      command: CommandIDs.showJob,
      args: ({ content }) => ({ job: content.model.key }),
      name: ({ content }) => content.model.key
    });
  }
};

const JOB_ARGS = {
  args: {
    type: 'object',
    properties: {
      job: { type: 'string', description: 'The job: <backend>/<id>' }
    },
    required: ['job']
  }
};

function actionsOf(
  app: JupyterFrontEnd,
  model: DetailsModel,
  state: IStateDB | null,
  trans: TranslationBundle
): IDetailsActions {
  const { jobs, key } = model;
  const run = (command: string, args: object) =>
    void app.commands.execute(command, { ...args });
  const again = async (
    use: (request: IJobRequest, memory: SubmitMemory) => unknown
  ) => {
    const memory = memoryIn(state);
    const { job, details } = model;
    const request = job && (await requestAgain(job, details, memory));
    if (request) {
      await use(request, memory);
    }
  };
  return {
    run: command => {
      run(command, { job: key });
    },
    showLog: () => {
      run(CommandIDs.showJobLog, { job: key });
    },
    showJob: job => {
      run(CommandIDs.showJob, { job });
    },
    folder: folder => {
      const path = labPath(folder, jobs.roots);
      return path === null ? null : () => void openFolder(app, path, trans);
    },
    again: () =>
      void again(async (request, memory) => {
        const { job } = model;
        const showJobs = () => {
          run(CommandIDs.showJobs, {});
        };
        const needs = { jobs, memory, showJobs, trans };
        const made = job && (await submitAgain(needs, job, request));
        if (made) {
          tellSubmitted({ app, trans }, made, job.name);
        }
      }),
    edit: () =>
      void again(request => {
        run(CommandIDs.submitJob, request);
      })
  };
}

async function openFolder(
  { commands }: JupyterFrontEnd,
  path: string,
  trans: TranslationBundle
): Promise<void> {
  try {
    await commands.execute('filebrowser:open-path', { path: `/${path}` });
  } catch (error) {
    const title = trans.__('Cannot show the folder');
    await showErrorMessage(title, String(error));
  }
}
