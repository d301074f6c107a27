import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ILayoutRestorer } from '@jupyterlab/application';
import { MainAreaWidget, WidgetTracker } from '@jupyterlab/apputils';
import { ITranslator } from '@jupyterlab/translation';
import { listIcon } from '@jupyterlab/ui-components';

import { CommandIDs } from '../commandids';
import { SESSION_ARGS } from '../commands';
import { LogModel } from '../logmodel';
import { IRemoteSessions, IRemoteTabs } from '../tokens';
import { LogView } from '../widgets/log';

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
    const trans = translator.load('jupyter_remote');
    const tracker = new WidgetTracker<MainAreaWidget<LogView>>({
      namespace: 'jupyter-remote-logs'
    });
    const make = (id: string) => {
      const content = new LogView(new LogModel(sessions, id), trans);
      const widget = new MainAreaWidget({ content, translator });
      content.title.label = trans.__('Log: %1', content.model.name);
      content.title.caption = content.title.label;
      content.title.icon = listIcon;
      app.shell.add(widget, 'main', { mode: 'tab-after' });
      void tracker.add(widget);
      return widget;
    };
    const idOf = (args: { id?: unknown }) =>
      typeof args.id === 'string' && args.id ? args.id : tabs.current;
    app.commands.addCommand(CommandIDs.showLog, {
      label: trans.__('Show Session Log'),
      caption: trans.__('Show what the session and its programs print'),
      icon: listIcon,
      describedBy: SESSION_ARGS,
      isEnabled: args => idOf(args) !== '',
      execute: args => {
        const id = idOf(args);
        const widget =
          tracker.find(({ content }) => content.model.id === id) ?? make(id);
        app.shell.activateById(widget.id);
        return widget;
      }
    });
    void restorer?.restore(tracker, {
      command: CommandIDs.showLog,
      args: ({ content }) => ({ id: content.model.id }),
      name: ({ content }) => content.model.id,
      when: sessions.ready
    });
  }
};
