import { MainAreaWidget } from '@jupyterlab/apputils';
import type { IEditorServices } from '@jupyterlab/codeeditor';
import type { ITranslator, TranslationBundle } from '@jupyterlab/translation';
import { VDomRenderer } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import * as React from 'react';

import { submitIcon } from '../icons';
import type { SubmitModel } from '../submitmodel';
import type { ISubmitActions } from './submitform';
import { SubmitForm } from './submitform';

/** The tab in which a job is written. */
export class SubmitTab extends MainAreaWidget<SubmitView> {
  constructor(
    model: SubmitModel,
    services: IEditorServices,
    actions: ISubmitActions,
    translator: ITranslator
  ) {
    const trans = translator.load('jupyter_remote');
    const content = new SubmitView(model, services, actions, trans);
    super({ content, translator });
    this.toolbar.hide();
    this.title.icon = submitIcon;
    this.title.closable = true;
    const name = () => {
      const { name } = model.draft;
      this.title.label = name
        ? trans.__('Submit: %1', name)
        : trans.__('Submit Job');
      this.title.caption = trans.__('A job that is not submitted yet');
    };
    model.stateChanged.connect(name, this);
    name();
  }
}

/** The form, as its model says. */
export class SubmitView extends VDomRenderer<SubmitModel> {
  constructor(
    model: SubmitModel,
    private readonly _services: IEditorServices,
    private readonly _actions: ISubmitActions,
    private readonly _trans: TranslationBundle
  ) {
    super(model);
    this.addClass('jp-RemoteSubmit');
  }

  override dispose(): void {
    if (!this.isDisposed) {
      this.model.dispose();
      super.dispose();
    }
  }

  protected override onActivateRequest(msg: Message): void {
    super.onActivateRequest(msg);
    if (!this.node.contains(document.activeElement)) {
      this.node.querySelector<HTMLElement>('select, input')?.focus();
    }
  }

  protected override render(): React.JSX.Element {
    return (
      <SubmitForm
        model={this.model}
        services={this._services}
        actions={this._actions}
        trans={this._trans}
      />
    );
  }
}
