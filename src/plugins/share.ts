import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import {
  IDefaultFileBrowser,
  IFileBrowserFactory
} from '@jupyterlab/filebrowser';
import { INotebookTracker } from '@jupyterlab/notebook';
import { IConnectionStatus } from '@jupyterlab/services';
import { ITranslator } from '@jupyterlab/translation';

import { CommandIDs } from '../commandids';
import { ShareClient } from '../shareclient';
import { addShareCommands } from '../sharecommands';
import { Shares } from '../shares';
import { IRemoteShares } from '../tokens';

/** The mirror of the user's shares, for all other plugins. */
export const shares: JupyterFrontEndPlugin<IRemoteShares> = {
  id: 'jupyterlab-remote:shares',
  description: 'Mirrors what the user shares and received.',
  autoStart: true,
  provides: IRemoteShares,
  optional: [IConnectionStatus],
  activate: (
    app: JupyterFrontEnd,
    connection: IConnectionStatus | null
  ): IRemoteShares => {
    const { events, serverSettings } = app.serviceManager;
    const client = new ShareClient(serverSettings);
    return new Shares({ client, events, connection });
  }
};

/** The ways to share a notebook. */
export const share: JupyterFrontEndPlugin<void> = {
  id: 'jupyterlab-remote:share',
  description: 'Adds the commands, menus and buttons that share notebooks.',
  autoStart: true,
  requires: [IRemoteShares, ITranslator],
  optional: [
    INotebookTracker,
    IDefaultFileBrowser,
    IFileBrowserFactory,
    ICommandPalette
  ],
  activate: (
    app: JupyterFrontEnd,
    mirror: IRemoteShares,
    translator: ITranslator,
    notebooks: INotebookTracker | null,
    browser: IDefaultFileBrowser | null,
    browsers: IFileBrowserFactory | null,
    palette: ICommandPalette | null
  ): void => {
    const trans = translator.load('jupyter_remote');
    const client = new ShareClient(app.serviceManager.serverSettings);
    const context = { app, client, shares: mirror, notebooks, browser, trans };
    addShareCommands({ ...context, browsers });
    const follow = () => {
      NOTEBOOK.forEach(id => {
        app.commands.notifyCommandChanged(id);
      });
    };
    notebooks?.currentChanged.connect(follow);
    app.shell.currentChanged?.connect(follow);
    const category = trans.__('Remote');
    [...NOTEBOOK, CommandIDs.refreshShares].forEach(command => {
      palette?.addItem({ command, category });
    });
  }
};

/** Commands for the current notebook. */
const NOTEBOOK = [CommandIDs.shareLink, CommandIDs.exportBundle];
