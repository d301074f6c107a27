import type { JupyterFrontEnd } from '@jupyterlab/application';
import { showErrorMessage } from '@jupyterlab/apputils';
import type { WidgetTracker } from '@jupyterlab/apputils';
import type { IEditorServices } from '@jupyterlab/codeeditor';
import type { IDefaultFileBrowser } from '@jupyterlab/filebrowser';
import type { IStateDB } from '@jupyterlab/statedb';
import type { ITranslator, TranslationBundle } from '@jupyterlab/translation';

import { requestAgain, submitAgain } from './again';
import { CommandIDs } from './commandids';
import { everestView } from './everestdetails';
import type { JobDesk } from './jobdesk';
import { DetailsModel } from './jobdetails';
import { labPath } from './jobfolder';
import { tellSubmitted } from './submit';
import type { SubmitMemory } from './submitmemory';
import { memoryIn } from './submitmemory';
import type { IJobRequest, IRemoteJobs } from './tokens';
import type { IDetailsActions } from './widgets/jobdetails';
import { DetailsTab } from './widgets/jobdetailstab';

/** What the tab of a job needs of Lab. */
export interface IDetailsContext {
  readonly app: JupyterFrontEnd;
  readonly jobs: IRemoteJobs;
  readonly desk: JobDesk;
  readonly services: IEditorServices;
  readonly tracker: WidgetTracker<DetailsTab>;
  readonly browser: IDefaultFileBrowser | null;
  readonly state: IStateDB | null;
  readonly translator: ITranslator;
  readonly trans: TranslationBundle;
}

/** Show a job, `<backend>/<id>`, in full; in the tab that shows it already. */
export function openDetails(context: IDetailsContext, key: string): DetailsTab {
  const { app, tracker } = context;
  const known = tracker.find(({ content }) => content.model.key === key);
  const tab = known ?? make(context, key);
  app.shell.activateById(tab.id);
  return tab;
}

function make(context: IDetailsContext, key: string): DetailsTab {
  const { app, jobs, desk, services, state, tracker, translator, trans } =
    context;
  const model = new DetailsModel(jobs, key, desk);
  const actions = actionsOf(app, model, state, trans);
  const everest = everestView(context, model);
  const tab = new DetailsTab(model, services, actions, everest, translator);
  app.shell.add(tab, 'main', { mode: 'tab-after' });
  void tracker.add(tab);
  return tab;
}

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
