import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ILayoutRestorer } from '@jupyterlab/application';
import { ICommandPalette, WidgetTracker } from '@jupyterlab/apputils';
import { IDefaultFileBrowser } from '@jupyterlab/filebrowser';
import { ILauncher } from '@jupyterlab/launcher';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { IStateDB } from '@jupyterlab/statedb';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ITranslator } from '@jupyterlab/translation';
import { DisposableSet } from '@lumino/disposable';

import { CommandIDs } from '../commandids';
import type { IAppsContext } from '../everestapps';
import { EverestClient } from '../everestclient';
import { SERVER_ARG } from '../everestcommands';
import { EverestMemory } from '../everestmemory';
import { everestIcon } from '../icons';
import { openLater } from '../later';
import type { IKeptTab } from '../later';
import { IRemoteEverest, IRemoteJobs } from '../tokens';

/** With the other cards of the category, after that of jobs. */
const RANK = { rank: 6, categoryRank: 50 };

/** The tab, loaded when it is first opened. */
const tabs = () => import('../everestapps');

/** The applications of Everest servers, and the forms that submit them. */
export const everestapps: JupyterFrontEndPlugin<void> = {
  id: 'jupyterlab-remote:everest-apps',
  description: 'Adds the applications of Everest servers and their forms.',
  autoStart: true,
  requires: [IRemoteEverest, IRemoteJobs, IRenderMimeRegistry, ITranslator],
  optional: [
    ILayoutRestorer,
    IStateDB,
    IDefaultFileBrowser,
    ILauncher,
    ICommandPalette
  ],
  activate: (
    app: JupyterFrontEnd,
    everest: IRemoteEverest,
    jobs: IRemoteJobs,
    rendermime: IRenderMimeRegistry,
    translator: ITranslator,
    restorer: ILayoutRestorer | null,
    state: IStateDB | null,
    browser: IDefaultFileBrowser | null,
    launcher: ILauncher | null,
    palette: ICommandPalette | null
  ): void => {
    const trans = translator.load('jupyter_remote');
    const client = new EverestClient(app.serviceManager.serverSettings);
    const memory = new EverestMemory(state);
    const namespace = 'jupyter-remote-everest';
    const tracker = new WidgetTracker<IKeptTab>({ namespace });
    const shared = { app, client, everest, jobs, memory, tracker, browser };
    addCommands({ ...shared, rendermime, translator, trans });
    void restorer?.restore(tracker, {
      command: CommandIDs.everestSubmit,
      args: ({ kept }) => kept.args,
      name: ({ kept }) => kept.id
    });
    if (launcher) {
      addCards(launcher, everest, trans);
    }
    const category = trans.__('Remote');
    palette?.addItem({ command: CommandIDs.everestApps, category });
  }
};

const APPS_ARGS = {
  args: {
    type: 'object',
    properties: {
      ...SERVER_ARG,
      card: { type: 'boolean', description: 'Whether a launcher card asks' }
    }
  }
};

const FORM_ARGS = {
  args: {
    type: 'object',
    properties: {
      ...SERVER_ARG,
      app: { type: 'string', description: 'Alias or id of the application' },
      inputs: {
        type: 'object',
        description:
          'Values by name; a file is a path, an address, or {uri, name}'
      },
      name: { type: 'string', description: 'Name of the job' },
      resources: {
        type: 'array',
        items: { type: 'string' },
        description: 'Ids of resources that may run it'
      },
      hidden: {
        type: 'array',
        items: { type: 'string' },
        description: 'Names of secret inputs that must be written again'
      },
      draft: { type: 'object', description: 'A form that comes back' },
      drafts: { type: 'object', description: 'More of them, by application' },
      tab: { type: 'string', description: 'Id of a tab that comes back' }
    }
  }
};

function addCommands(context: IAppsContext): void {
  const { app, everest, tracker, trans } = context;
  const label = trans.__('Everest');
  const icon = everestIcon;
  const later = { app, tracker, load: tabs, label, icon, trans };
  app.commands.addCommand(CommandIDs.everestApps, {
    label: args => {
      if (!args.card) {
        return trans.__('Everest Applications');
      }
      const { server } = args;
      const several = everest.accounts.length > 1;
      return several && typeof server === 'string'
        ? server
        : trans.__('Everest');
    },
    caption: args =>
      typeof args.server === 'string'
        ? trans.__('Applications of the Everest account %1', args.server)
        : trans.__('Applications of an Everest account'),
    icon: everestIcon,
    describedBy: APPS_ARGS,
    execute: args =>
      openLater({ ...later, open: part => part.openApps(context, args) }, args)
  });
  app.commands.addCommand(CommandIDs.everestSubmit, {
    label: trans.__('Submit to Everest…'),
    caption: trans.__('Write a job of an Everest application and submit it'),
    icon: everestIcon,
    describedBy: FORM_ARGS,
    execute: args =>
      openLater(
        { ...later, open: part => part.openAppForm(context, args) },
        args,
        args.tab
      )
  });
}

/** A card for each account, none without. */
function addCards(
  launcher: ILauncher,
  everest: IRemoteEverest,
  trans: TranslationBundle
): void {
  const command = CommandIDs.everestApps;
  const category = trans.__('Remote');
  let shown = '';
  let cards = new DisposableSet();
  everest.changed.connect(() => {
    const names = everest.accounts.map(({ name }) => name);
    if (names.join('\n') !== shown) {
      shown = names.join('\n');
      cards.dispose();
      cards = new DisposableSet();
      for (const server of names) {
        const args = { server, card: true };
        cards.add(launcher.add({ command, args, category, ...RANK }));
      }
    }
  });
}
