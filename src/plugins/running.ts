import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import type { IRunningSessions } from '@jupyterlab/running';
import { IRunningSessionManagers } from '@jupyterlab/running';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ITranslator } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';

import { CommandIDs } from '../commandids';
import { attempt } from '../commands';
import { details, ENDED, stateWord } from '../format';
import { appIcon } from '../icons';
import { sessionClass } from '../target';
import type { ISession } from '../tokens';
import { IRemoteSessions } from '../tokens';

/** Remote sessions among Lab's own running things. */
export const running: JupyterFrontEndPlugin<void> = {
  id: 'jupyterlab-remote:running',
  description: 'Adds remote sessions to the running sessions of Lab.',
  autoStart: true,
  requires: [IRemoteSessions, IRunningSessionManagers, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    sessions: IRemoteSessions,
    managers: IRunningSessionManagers,
    translator: ITranslator
  ): void => {
    const trans = translator.load('jupyter_remote');
    const { commands } = app;
    const live = () => sessions.all.filter(({ state }) => !ENDED.has(state));
    managers.add({
      name: trans.__('Remote Sessions'),
      running: () =>
        live().map(session => itemOf(session, sessions, commands, trans)),
      runningChanged: sessions.changed,
      refreshRunning: () => void sessions.refresh().catch(() => undefined),
      shutdownLabel: trans.__('Stop'),
      shutdownAllLabel: trans.__('Stop All'),
      shutdownAllConfirmationText: trans.__(
        'Stop all remote sessions? Unsaved work in them is lost.'
      ),
      shutdownAll: () => {
        void attempt(trans.__('Cannot stop all sessions'), async () => {
          await Promise.all(live().map(({ id }) => sessions.stop(id)));
        });
      }
    });
  }
};

function itemOf(
  session: ISession,
  sessions: IRemoteSessions,
  commands: CommandRegistry,
  trans: TranslationBundle
): IRunningSessions.IRunningItem {
  const { app, id, name, state } = session;
  const word = stateWord(state, trans);
  const small = details(session, Date.now(), trans);
  return {
    context: 'jupyter-remote-session',
    className: `jp-RemoteRunning ${sessionClass(id)}`,
    icon: () => appIcon(app, sessions.app(app)),
    label: () => name,
    labelTitle: () => [name, word, ...small].join('\n'),
    detail: () => (state === 'running' ? (small[0] ?? '') : word),
    open: () => {
      void commands.execute(CommandIDs.openSession, { id });
    },
    shutdown: () => {
      void commands.execute(CommandIDs.stopSession, { id });
    }
  };
}
