import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { WidgetTracker } from '@jupyterlab/apputils';
import { Clipboard, MainAreaWidget, Notification } from '@jupyterlab/apputils';
import type { ITranslator, TranslationBundle } from '@jupyterlab/translation';
import { listIcon } from '@jupyterlab/ui-components';

import { bytes } from '../format';
import type { ILogSource } from '../logmodel';
import { LogModel } from '../logmodel';
import { LogView } from './log';
import type { ILogActions } from './logbar';

/** Of a longer log only the end is downloaded: the browser holds it in memory. */
const DOWNLOAD = 100_000_000;

/** The tab of a log. */
export class LogTab extends MainAreaWidget<LogView> {
  constructor(
    model: LogModel,
    actions: (model: LogModel) => ILogActions,
    translator: ITranslator
  ) {
    const trans = translator.load('jupyter_remote');
    super({ content: new LogView(model, actions, trans), translator });
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
  const trans = translator.load('jupyter_remote');
  const actions = (model: LogModel) => actionsFor(model, app, trans);
  return id => {
    const known = tracker.find(({ content }) => content.model.id === id);
    const tab =
      known ?? new LogTab(new LogModel(source, id), actions, translator);
    if (!known) {
      app.shell.add(tab, 'main', { mode: 'tab-after' });
      void tracker.add(tab);
    }
    app.shell.activateById(tab.id);
    return tab;
  };
}

function actionsFor(
  model: LogModel,
  { commands }: JupyterFrontEnd,
  trans: TranslationBundle
): ILogActions {
  const { path } = model;
  const open = () =>
    void commands.execute('docmanager:open', { path, factory: 'Editor' });
  return {
    copy: text => {
      Clipboard.copyToSystem(text);
    },
    download: () => void download(model, trans),
    ...(path ? { open } : {})
  };
}

async function download(
  model: LogModel,
  trans: TranslationBundle
): Promise<void> {
  try {
    const { parts, cut } = await model.bytes(DOWNLOAD);
    const url = URL.createObjectURL(new Blob(parts));
    const link = document.createElement('a');
    link.href = url;
    link.download = `${model.name.replace(/[^\w.-]+/g, '-')}.log`;
    link.click();
    URL.revokeObjectURL(url);
    if (cut) {
      Notification.info(
        trans.__('Only the last %1 were downloaded.', bytes(DOWNLOAD)),
        { autoClose: 6_000 }
      );
    }
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    Notification.error(trans.__('Cannot download the log: %1', words), {
      autoClose: 6_000
    });
  }
}
