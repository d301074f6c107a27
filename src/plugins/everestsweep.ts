import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ILayoutRestorer } from '@jupyterlab/application';
import { ICommandPalette, WidgetTracker } from '@jupyterlab/apputils';
import { IDefaultFileBrowser } from '@jupyterlab/filebrowser';
import { ILauncher } from '@jupyterlab/launcher';
import { IStateDB } from '@jupyterlab/statedb';
import { ITranslator } from '@jupyterlab/translation';
import type { IDisposable } from '@lumino/disposable';

import { CommandIDs } from '../commandids';
import { everestIcon } from '../icons';
import { openLater } from '../later';
import type { IKeptTab } from '../later';
import { IRemoteEverest } from '../tokens';

/** After the cards of the accounts. */
const RANK = { rank: 7, categoryRank: 50 };

/** The form in which parameter sweeps are written. */
export const everestsweep: JupyterFrontEndPlugin<void> = {
  id: 'jupyterlab-remote:everest-sweep',
  description: 'Adds the form that submits parameter sweeps to Everest.',
  autoStart: true,
  requires: [IRemoteEverest, ITranslator],
  optional: [
    ILayoutRestorer,
    IDefaultFileBrowser,
    ICommandPalette,
    ILauncher,
    IStateDB
  ],
  activate: (
    app: JupyterFrontEnd,
    everest: IRemoteEverest,
    translator: ITranslator,
    restorer: ILayoutRestorer | null,
    browser: IDefaultFileBrowser | null,
    palette: ICommandPalette | null,
    launcher: ILauncher | null,
    state: IStateDB | null
  ): void => {
    const trans = translator.load('jupyter_remote');
    const namespace = 'jupyter-remote-everest-sweep';
    const tracker = new WidgetTracker<IKeptTab>({ namespace });
    const context = {
      app,
      everest,
      state,
      browser,
      tracker,
      translator,
      trans
    };
    const later = {
      app,
      tracker,
      label: trans.__('Parameter Sweep'),
      icon: everestIcon,
      load: () => import('../everestsweep'),
      trans
    };
    const command = CommandIDs.everestSweep;
    app.commands.addCommand(command, {
      label: args =>
        'cwd' in args
          ? trans.__('Parameter Sweep')
          : trans.__('Parameter Sweep…'),
      caption: trans.__('Run a command on Everest for many values'),
      icon: everestIcon,
      describedBy: SWEEP_ARGS,
      execute: args =>
        openLater(
          { ...later, open: part => part.openSweep(context, args) },
          args,
          args.id
        )
    });
    void restorer?.restore(tracker, {
      command,
      args: ({ kept }) => kept.args,
      name: ({ kept }) => kept.id
    });
    const category = trans.__('Remote');
    palette?.addItem({ command, category });
    // Who has no account has no use for the card.
    let card: IDisposable | null = null;
    everest.changed.connect(() => {
      if (everest.accounts.length > 0) {
        card ??= launcher?.add({ command, category, ...RANK }) ?? null;
      } else {
        card?.dispose();
        card = null;
      }
    });
  }
};

const SWEEP_ARGS = {
  args: {
    type: 'object',
    properties: {
      server: { type: 'string', description: 'Name of an Everest account' },
      draft: {
        type: 'object',
        description: 'What stands in the form: server, name, command, rows, ...'
      },
      id: { type: 'string', description: 'Id of a draft that comes back' }
    }
  }
};
