import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ILayoutRestorer } from '@jupyterlab/application';
import { WidgetTracker } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ITranslator } from '@jupyterlab/translation';
import { listIcon } from '@jupyterlab/ui-components';

import { CommandIDs } from '../commandids';
import { SESSION_ARGS } from '../commands';
import { targetId } from '../target';
import { IRemoteSessions, IRemoteTabs } from '../tokens';
import type { LogTab } from '../widgets/logtab';
import { showLog } from '../widgets/logtab';

const NAMESPACE = 'jupyter-remote-logs';

/** The logs of sessions in tabs. */
export const log: JupyterFrontEndPlugin<void> = {
  id: 'jupyterlab-remote:log',
  description: 'Shows the logs of remote sessions.',
  autoStart: true,
  requires: [IRemoteSessions, IRemoteTabs, ITranslator],
  optional: [ILayoutRestorer],
  activate: (
    app: JupyterFrontEnd,
    sessions: IRemoteSessions,
    tabs: IRemoteTabs,
    translator: ITranslator,
    restorer: ILayoutRestorer | null
  ): void => {
    const tracker = new WidgetTracker<LogTab>({ namespace: NAMESPACE });
    const show = showLog(app, tracker, sessions, translator);
    app.commands.addCommand(CommandIDs.showLog, {
      ...words(translator.load('jupyter_remote')),
      icon: listIcon,
      describedBy: SESSION_ARGS,
      isEnabled: args => targetId({ app, tabs }, args) !== '',
      execute: args => show(targetId({ app, tabs }, args))
    });
    restore(restorer, tracker, sessions);
  }
};

function words(trans: TranslationBundle): { label: string; caption: string } {
  return {
    label: trans.__('Show Session Log'),
    caption: trans.__('Show what the session and its programs print')
  };
}

function restore(
  restorer: ILayoutRestorer | null,
  tracker: WidgetTracker<LogTab>,
  sessions: IRemoteSessions
): void {
  void restorer?.restore(tracker, {
    command: CommandIDs.showLog,
    args: ({ content }) => ({ id: content.model.id }),
    name: ({ content }) => content.model.id,
    when: sessions.ready
  });
}
