import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ILayoutRestorer } from '@jupyterlab/application';
import { WidgetTracker } from '@jupyterlab/apputils';
import { IEditorServices } from '@jupyterlab/codeeditor';
import { IDefaultFileBrowser } from '@jupyterlab/filebrowser';
import { IStateDB } from '@jupyterlab/statedb';
import { ITranslator } from '@jupyterlab/translation';

import { CommandIDs } from '../commandids';
import { jobsIcon } from '../icons';
import type { JobDesk } from '../jobdesk';
import { IJobDesk } from '../jobdesk';
import { part } from '../part';
import { IRemoteJobs } from '../tokens';
import type { DetailsTab } from '../widgets/jobdetailstab';

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
    const lab = { app, browser, state, trans };
    const context = { ...lab, jobs, desk, services, tracker, translator };
    app.commands.addCommand(CommandIDs.showJob, {
      label: trans.__('Show Job Details'),
      caption: trans.__('Show all that is known of the job'),
      icon: jobsIcon,
      describedBy: JOB_ARGS,
      isEnabled: ({ job }) => typeof job === 'string',
      // Loaded when it is first opened.
      execute: async ({ job }) =>
        (await part(import('../detailstab'), trans))?.openDetails(
          context,
          typeof job === 'string' ? job : ''
        )
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
