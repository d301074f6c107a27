import { MainAreaWidget } from '@jupyterlab/apputils';
import type { ITranslator, TranslationBundle } from '@jupyterlab/translation';
import { VDomRenderer } from '@jupyterlab/ui-components';
import * as React from 'react';

import { importIcon } from '../icons';
import type { ImportModel } from '../importmodel';
import type { IImportActions } from './importview';
import { ImportPage } from './importview';

/** The tab of a link that somebody sent. */
export class ImportTab extends MainAreaWidget<ImportView> {
  constructor(
    model: ImportModel,
    actions: IImportActions,
    translator: ITranslator
  ) {
    const trans = translator.load('jupyter_remote');
    super({ content: new ImportView(model, actions, trans), translator });
    this.toolbar.hide();
    this.title.icon = importIcon;
    this.title.closable = true;
    this.title.caption = trans.__('A notebook that somebody shared');
    const name = () => {
      const { description } = model;
      this.title.label = description
        ? trans.__('Shared: %1', description.name)
        : trans.__('Shared Notebook');
    };
    model.stateChanged.connect(name, this);
    name();
  }
}

/** What the link leads to, as its model says. */
export class ImportView extends VDomRenderer<ImportModel> {
  constructor(
    model: ImportModel,
    private readonly _actions: IImportActions,
    private readonly _trans: TranslationBundle
  ) {
    super(model);
    this.addClass('jp-RemoteImport');
    this.node.tabIndex = 0;
  }

  override dispose(): void {
    if (!this.isDisposed) {
      this.model.dispose();
      super.dispose();
    }
  }

  protected override render(): React.JSX.Element {
    return (
      <ImportPage
        model={this.model}
        actions={this._actions}
        trans={this._trans}
      />
    );
  }
}
