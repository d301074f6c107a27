import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ITranslator } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';

import { CommandIDs } from '../commandids';
import { endReason, lastWords, plainText, shorten } from '../format';
import type { News } from '../news';
import { newsOf } from '../news';
import type { ISession } from '../tokens';
import { IRemoteSessions, IRemoteSettings, IRemoteTabs } from '../tokens';

/** Lab shows no more of a message. */
const LENGTH = 140;

/** Tells what happens to sessions that the user does not look at. */
export const notifications: JupyterFrontEndPlugin<void> = {
  id: 'jupyterlab-remote:notifications',
  description: 'Notifies when a remote session started, failed or ended.',
  autoStart: true,
  requires: [IRemoteSessions, IRemoteTabs, IRemoteSettings, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    sessions: IRemoteSessions,
    tabs: IRemoteTabs,
    settings: IRemoteSettings,
    translator: ITranslator
  ): void => {
    const trans = translator.load('jupyter_remote');
    const told = new Set<string>();
    sessions.transition.connect((_, change) => {
      const { next } = change;
      if (!next || !settings.notifications || tabs.visible(next.id)) {
        return;
      }
      const news = newsOf(change, sessions.asked(next.id));
      const key = `${next.id} ${next.state}`;
      if (news && !told.has(key)) {
        told.add(key);
        void tell(news, next, { app, sessions, trans });
      }
    });
  }
};

interface IContext {
  readonly app: JupyterFrontEnd;
  readonly sessions: IRemoteSessions;
  readonly trans: TranslationBundle;
}

async function tell(
  news: News,
  session: ISession,
  context: IContext
): Promise<void> {
  const { app, trans } = context;
  const { name } = session;
  const action = (label: string, command: string) => ({
    label,
    callback: () => void run(app.commands, command, session.id)
  });
  const log = action(trans.__('Show Log'), CommandIDs.showLog);
  if (news === 'failed') {
    const message = await failure(session, context);
    Notification.error(message, { autoClose: false, actions: [log] });
    return;
  }
  const started = news === 'started';
  const end = [trans.__('%1 has ended.', name), endReason(session, trans)];
  Notification.info(
    started ? trans.__('%1 is running', name) : end.join(' ').trim(),
    {
      autoClose: 6000,
      actions: [
        started ? action(trans.__('Open'), CommandIDs.openSession) : log
      ]
    }
  );
}

function run(
  commands: CommandRegistry,
  command: string,
  id: string
): Promise<unknown> {
  return commands.execute(command, { id });
}

/** What failed, why, and as much of the end of the log as there is room for. */
async function failure(session: ISession, context: IContext): Promise<string> {
  const { sessions, trans } = context;
  const what = trans.__('%1 failed.', session.name);
  const why = [what, endReason(session, trans)].join(' ').trim();
  try {
    const { bytes } = await sessions.log(session.id, -8192, 8192);
    const tail = lastWords(
      session,
      plainText(new TextDecoder().decode(bytes)),
      2
    );
    return shorten([why, tail].join('\n').trim(), LENGTH);
  } catch {
    return shorten(why, LENGTH);
  }
}
