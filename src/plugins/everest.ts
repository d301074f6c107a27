import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { IConnectionStatus } from '@jupyterlab/services';
import { ITranslator } from '@jupyterlab/translation';

import { CommandIDs } from '../commandids';
import { Everest } from '../everest';
import { EverestClient } from '../everestclient';
import { addAccountCommands } from '../everestcommands';
import { ExpiryNotices } from '../everestnotice';
import { IRemoteEverest } from '../tokens';

/** The mirror of the accounts, for all other plugins. */
export const everest: JupyterFrontEndPlugin<IRemoteEverest> = {
  id: 'jupyterlab-remote:everest',
  description: 'Mirrors the accounts on Everest servers.',
  autoStart: true,
  provides: IRemoteEverest,
  optional: [IConnectionStatus],
  activate: (
    app: JupyterFrontEnd,
    connection: IConnectionStatus | null
  ): IRemoteEverest => {
    const { events, serverSettings } = app.serviceManager;
    const client = new EverestClient(serverSettings);
    return new Everest({ client, events, connection });
  }
};

/** Adds, renews and forgets accounts, and says when a token ends soon. */
export const everestaccounts: JupyterFrontEndPlugin<void> = {
  id: 'jupyterlab-remote:everest-accounts',
  description: 'Adds the commands and notifications of Everest accounts.',
  autoStart: true,
  requires: [IRemoteEverest, ITranslator],
  optional: [ICommandPalette],
  activate: (
    app: JupyterFrontEnd,
    mirror: IRemoteEverest,
    translator: ITranslator,
    palette: ICommandPalette | null
  ): void => {
    const trans = translator.load('jupyter_remote');
    addAccountCommands({ app, everest: mirror, trans });
    mirror.changed.connect(() => {
      PER_ACCOUNT.forEach(id => {
        app.commands.notifyCommandChanged(id);
      });
    });
    const renew = (server: string) =>
      void app.commands.execute(CommandIDs.renewEverest, { server });
    new ExpiryNotices(mirror, renew, trans);
    void app.restored.then(() => {
      mirror.open();
    });
    const category = trans.__('Remote');
    [CommandIDs.addEverest, CommandIDs.refreshEverest].forEach(command => {
      palette?.addItem({ command, category });
    });
  }
};

/** Commands for one account. */
const PER_ACCOUNT = [CommandIDs.renewEverest, CommandIDs.forgetEverest];
