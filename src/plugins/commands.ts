import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { ITranslator } from '@jupyterlab/translation';

import { CommandIDs } from '../commandids';
import { addSessionCommands } from '../commands';
import { IRemoteSessions, IRemoteSettings, IRemoteTabs } from '../tokens';

/** Commands on sessions, and all commands in the palette. */
export const commands: JupyterFrontEndPlugin<void> = {
  id: 'jupyterlab-remote:commands',
  description: 'Adds the commands that stop, rename and forget sessions.',
  autoStart: true,
  requires: [IRemoteSessions, IRemoteTabs, IRemoteSettings, ITranslator],
  optional: [ICommandPalette],
  activate: (
    app: JupyterFrontEnd,
    sessions: IRemoteSessions,
    tabs: IRemoteTabs,
    settings: IRemoteSettings,
    translator: ITranslator,
    palette: ICommandPalette | null
  ): void => {
    const trans = translator.load('jupyter_remote');
    addSessionCommands({ app, sessions, tabs, settings, trans });
    const notify = () => {
      CHANGING.forEach(command => {
        app.commands.notifyCommandChanged(command);
      });
    };
    sessions.changed.connect(notify);
    tabs.currentChanged.connect(notify);
    if (palette) {
      const category = trans.__('Remote');
      const args = { app: 'desktop' };
      palette.addItem({ command: CommandIDs.startSession, category, args });
      PALETTE.forEach(command => {
        palette.addItem({ command, category });
      });
    }
  }
};

const PALETTE = [
  CommandIDs.startProgram,
  CommandIDs.openInBrowser,
  CommandIDs.stopSession,
  CommandIDs.stopAll,
  CommandIDs.renameSession,
  CommandIDs.purgeEnded,
  CommandIDs.showLog,
  CommandIDs.showPanel,
  CommandIDs.showJobs,
  CommandIDs.refresh,
  CommandIDs.toggleKeyboard,
  CommandIDs.copy,
  CommandIDs.paste,
  CommandIDs.fullscreen,
  CommandIDs.screenshot,
  CommandIDs.reload
];

/** Commands whose state follows the sessions. */
const CHANGING = [
  CommandIDs.stopSession,
  CommandIDs.stopAll,
  CommandIDs.renameSession,
  CommandIDs.purgeEnded,
  CommandIDs.startSession
];
