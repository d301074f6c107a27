import type { ITranslator, TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { everestIcon } from '../icons';
import type { SweepModel } from '../sweepmodel';
import { FormTab, FormView } from './formtab';
import type { ISweepActions } from './sweepform';
import { SweepForm } from './sweepform';

/** The tab in which a parameter sweep is written. */
export class SweepTab extends FormTab<SweepView> {
  constructor(
    model: SweepModel,
    actions: ISweepActions,
    translator: ITranslator
  ) {
    const trans = translator.load('jupyter_remote');
    const view = new SweepView(model, actions, trans);
    super(view, translator, everestIcon, () => {
      const { name } = model.draft;
      return {
        label: name ? trans.__('Sweep: %1', name) : trans.__('Parameter Sweep'),
        caption: trans.__('A parameter sweep on Everest')
      };
    });
  }
}

/** The form, as its model says. */
export class SweepView extends FormView<SweepModel> {
  constructor(
    model: SweepModel,
    private readonly _actions: ISweepActions,
    private readonly _trans: TranslationBundle
  ) {
    super(model, '[data-field="command"] input');
    this.addClass('jp-RemoteSweep');
  }

  protected override drops(): (paths: readonly string[]) => void {
    return paths => {
      void this._actions.dropped(paths).then(files => {
        this.model.addFiles(files);
      });
    };
  }

  protected override render(): React.JSX.Element {
    return (
      <SweepForm
        model={this.model}
        actions={this._actions}
        trans={this._trans}
      />
    );
  }
}
