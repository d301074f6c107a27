import type { IEditorServices } from '@jupyterlab/codeeditor';
import type { ITranslator, TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { submitIcon } from '../icons';
import type { SubmitModel } from '../submitmodel';
import { FormTab, FormView } from './formtab';
import type { ISubmitActions } from './submitform';
import { SubmitForm } from './submitform';

/** The tab in which a job is written. */
export class SubmitTab extends FormTab<SubmitView> {
  constructor(
    model: SubmitModel,
    services: IEditorServices,
    actions: ISubmitActions,
    translator: ITranslator
  ) {
    const trans = translator.load('jupyter_remote');
    const view = new SubmitView(model, services, actions, trans);
    super(view, translator, submitIcon, () => {
      const { name } = model.draft;
      return {
        label: name ? trans.__('Submit: %1', name) : trans.__('Submit Job'),
        caption: trans.__('A job that is not submitted yet')
      };
    });
  }
}

/** The form, as its model says. */
export class SubmitView extends FormView<SubmitModel> {
  constructor(
    model: SubmitModel,
    private readonly _services: IEditorServices,
    private readonly _actions: ISubmitActions,
    private readonly _trans: TranslationBundle
  ) {
    super(model, 'select, input');
    this.addClass('jp-RemoteSubmit');
  }

  protected override drops(): null {
    return null;
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
