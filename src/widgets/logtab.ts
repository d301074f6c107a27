import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { WidgetTracker } from '@jupyterlab/apputils';
import { MainAreaWidget } from '@jupyterlab/apputils';
import type { ITranslator } from '@jupyterlab/translation';
import { listIcon } from '@jupyterlab/ui-components';

import type { ILogSource } from '../logmodel';
import { LogModel } from '../logmodel';
import { LogView } from './log';

/** The tab of a log. */
export class LogTab extends MainAreaWidget<LogView> {
  constructor(model: LogModel, translator: ITranslator) {
    const trans = translator.load('jupyter_remote');
    super({ content: new LogView(model, trans), translator });
    this.toolbar.hide();
    this.title.label = trans.__('Log: %1', model.name);
    this.title.caption = this.title.label;
    this.title.icon = listIcon;
  }
}

/** What shows the log with an id: the tab it has, or a new one. */
export function showLog(
  app: JupyterFrontEnd,
  tracker: WidgetTracker<LogTab>,
  source: ILogSource,
  translator: ITranslator
): (id: string) => LogTab {
  return id => {
    const known = tracker.find(({ content }) => content.model.id === id);
    const tab = known ?? new LogTab(new LogModel(source, id), translator);
    if (!known) {
      app.shell.add(tab, 'main', { mode: 'tab-after' });
      void tracker.add(tab);
    }
    app.shell.activateById(tab.id);
    return tab;
  };
}
