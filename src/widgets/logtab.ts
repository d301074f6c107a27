import { MainAreaWidget } from '@jupyterlab/apputils';
import type { ITranslator } from '@jupyterlab/translation';
import { listIcon } from '@jupyterlab/ui-components';

import type { LogModel } from '../logmodel';
import { LogView } from './log';

/** The tab of a session's log. */
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
