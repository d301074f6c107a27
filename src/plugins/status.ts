import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { IStatusBar } from '@jupyterlab/statusbar';
import { ITranslator } from '@jupyterlab/translation';
import { Signal } from '@lumino/signaling';

import { CommandIDs } from '../commandids';
import { ENDED } from '../format';
import { IRemoteSessions } from '../tokens';
import { SessionCount } from '../widgets/status';

/** How many sessions run, in the status bar; nothing when none does. */
export const status: JupyterFrontEndPlugin<void> = {
  id: 'jupyterlab-remote:status',
  description: 'Shows in the status bar how many remote sessions run.',
  autoStart: true,
  requires: [IRemoteSessions, IStatusBar, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    sessions: IRemoteSessions,
    bar: IStatusBar,
    translator: ITranslator
  ): void => {
    const count = () =>
      sessions.all.filter(({ state }) => !ENDED.has(state)).length;
    const activeStateChanged = new Signal<IRemoteSessions, void>(sessions);
    let last = 0;
    sessions.changed.connect(() => {
      if (count() > 0 !== last > 0) {
        activeStateChanged.emit();
      }
      last = count();
    });
    const item = new SessionCount({
      sessions,
      count,
      trans: translator.load('jupyter_remote'),
      open: () => void app.commands.execute(CommandIDs.showPanel)
    });
    bar.registerStatusItem('jupyterlab-remote:status', {
      item,
      align: 'left',
      rank: 60,
      isActive: () => count() > 0,
      activeStateChanged
    });
  }
};
