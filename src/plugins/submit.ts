import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ILayoutRestorer } from '@jupyterlab/application';
import { ICommandPalette, WidgetTracker } from '@jupyterlab/apputils';
import { IEditorServices } from '@jupyterlab/codeeditor';
import {
  IDefaultFileBrowser,
  IFileBrowserFactory
} from '@jupyterlab/filebrowser';
import { ILauncher } from '@jupyterlab/launcher';
import { IStateDB } from '@jupyterlab/statedb';
import { ITranslator } from '@jupyterlab/translation';

import { CommandIDs } from '../commandids';
import { submitIcon } from '../icons';
import { openLater } from '../later';
import type { IKeptTab } from '../later';
import type { ISubmitContext } from '../submitcontext';
import { selected, SUBMIT_ARGS, takesJobs } from '../submitcontext';
import { memoryIn } from '../submitmemory';
import { IRemoteJobs } from '../tokens';

/** With the other cards of the category, after the programs. */
const RANK = { rank: 5, categoryRank: 50 };

/** The form in which jobs are written, and the ways to it. */
export const submit: JupyterFrontEndPlugin<void> = {
  id: 'jupyterlab-remote:submit',
  description: 'Adds the form that submits jobs.',
  autoStart: true,
  requires: [IRemoteJobs, IEditorServices, ITranslator],
  optional: [
    ILayoutRestorer,
    IStateDB,
    IDefaultFileBrowser,
    IFileBrowserFactory,
    ILauncher,
    ICommandPalette
  ],
  activate: (
    app: JupyterFrontEnd,
    jobs: IRemoteJobs,
    services: IEditorServices,
    translator: ITranslator,
    restorer: ILayoutRestorer | null,
    state: IStateDB | null,
    browser: IDefaultFileBrowser | null,
    browsers: IFileBrowserFactory | null,
    launcher: ILauncher | null,
    palette: ICommandPalette | null
  ): void => {
    const trans = translator.load('jupyter_remote');
    const namespace = 'jupyter-remote-submit';
    const tracker = new WidgetTracker<IKeptTab>({ namespace });
    const memory = memoryIn(state);
    const shared = { app, jobs, services, memory, tracker, translator, trans };
    const context = { ...shared, browser, browsers };
    addCommand(context);
    const command = CommandIDs.submitJob;
    void restorer?.restore(tracker, {
      command,
      args: ({ kept }) => kept.args,
      name: ({ kept }) => kept.id
    });
    const category = trans.__('Remote');
    launcher?.add({ command, category, ...RANK });
    palette?.addItem({ command, category });
  }
};

function addCommand(context: ISubmitContext): void {
  const { app, tracker, trans } = context;
  const label = trans.__('Submit Job');
  // Loaded when it is first opened.
  const load = () => import('../submit');
  const icon = submitIcon;
  const later = { app, tracker, load, label, icon, trans };
  app.commands.addCommand(CommandIDs.submitJob, {
    label: args => {
      if (args.context) {
        return trans.__('Submit as Job…');
      }
      return 'cwd' in args ? trans.__('Submit Job') : trans.__('Submit Job…');
    },
    caption: trans.__('Write a batch job and submit it'),
    icon: submitIcon,
    describedBy: SUBMIT_ARGS,
    isVisible: args => !args.context || takesJobs(context),
    execute: args => {
      // The file that is selected now, not when the form has arrived.
      const given = args.context
        ? { ...args, context: false, path: selected(context) }
        : args;
      return openLater(
        { ...later, open: part => part.openForm(context, given) },
        given,
        given.draft
      );
    }
  });
}
