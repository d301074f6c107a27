import { MainAreaWidget } from '@jupyterlab/apputils';
import type { IEditorServices } from '@jupyterlab/codeeditor';
import type { ITranslator, TranslationBundle } from '@jupyterlab/translation';
import { VDomRenderer } from '@jupyterlab/ui-components';
import * as React from 'react';

import { jobsIcon } from '../icons';
import type { DetailsModel } from '../jobdetails';
import { fromKey } from '../jobstore';
import type { IDetailsActions, IEverestView } from './jobdetails';
import { Details } from './jobdetails';

/** The tab of one job. */
export class DetailsTab extends MainAreaWidget<DetailsView> {
  constructor(
    model: DetailsModel,
    services: IEditorServices,
    actions: IDetailsActions,
    everest: IEverestView | null,
    translator: ITranslator
  ) {
    const trans = translator.load('jupyter_remote');
    const content = new DetailsView(model, services, actions, everest, trans);
    super({ content, translator });
    this.toolbar.hide();
    this.title.icon = jobsIcon;
    this.title.closable = true;
    const { backend, job_id } = fromKey(model.key);
    const name = () => {
      this.title.label = model.job?.name ?? trans.__('Job %1', job_id);
    };
    this.title.caption = trans.__('Job %1 on %2', job_id, backend);
    model.stateChanged.connect(name, this);
    name();
  }
}

/** One job in full, as its model says. */
export class DetailsView extends VDomRenderer<DetailsModel> {
  constructor(
    model: DetailsModel,
    private readonly _services: IEditorServices,
    private readonly _actions: IDetailsActions,
    private readonly _everest: IEverestView | null,
    private readonly _trans: TranslationBundle
  ) {
    super(model);
    this.addClass('jp-RemoteDetails');
    this.node.tabIndex = 0;
  }

  override dispose(): void {
    if (!this.isDisposed) {
      this._everest?.model.dispose();
      this.model.dispose();
      super.dispose();
    }
  }

  protected override render(): React.JSX.Element {
    return (
      <Details
        model={this.model}
        services={this._services}
        actions={this._actions}
        everest={this._everest}
        trans={this._trans}
      />
    );
  }
}
