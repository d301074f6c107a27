import { MainAreaWidget } from '@jupyterlab/apputils';
import type { ITranslator, TranslationBundle } from '@jupyterlab/translation';
import { VDomRenderer } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import * as React from 'react';

import { everestIcon } from '../icons';
import type { SweepModel } from '../sweepmodel';
import type { ISweepActions } from './sweepform';
import { SweepForm } from './sweepform';

/** The tab in which a parameter sweep is written. */
export class SweepTab extends MainAreaWidget<SweepView> {
  constructor(
    model: SweepModel,
    actions: ISweepActions,
    translator: ITranslator
  ) {
    const trans = translator.load('jupyter_remote');
    super({ content: new SweepView(model, actions, trans), translator });
    this.toolbar.hide();
    this.title.icon = everestIcon;
    this.title.closable = true;
    this.title.caption = trans.__('A parameter sweep on Everest');
    const name = () => {
      const { name: given } = model.draft;
      this.title.label = given
        ? trans.__('Sweep: %1', given)
        : trans.__('Parameter Sweep');
    };
    model.stateChanged.connect(name, this);
    name();
  }
}

/** The form, as its model says. */
export class SweepView extends VDomRenderer<SweepModel> {
  constructor(
    model: SweepModel,
    private readonly _actions: ISweepActions,
    private readonly _trans: TranslationBundle
  ) {
    super(model);
    this.addClass('jp-RemoteSweep');
  }

  override dispose(): void {
    if (!this.isDisposed) {
      this.model.dispose();
      super.dispose();
    }
  }

  protected override onActivateRequest(msg: Message): void {
    super.onActivateRequest(msg);
    // The form of a new tab is not drawn yet.
    this._wantsFocus = true;
    this.update();
  }

  protected override onUpdateRequest(msg: Message): void {
    super.onUpdateRequest(msg);
    if (this._wantsFocus) {
      this._wantsFocus = false;
      void this.renderPromise?.then(() => {
        this._focus();
      });
    }
  }

  private _focus(): void {
    const { activeElement } = document;
    if (activeElement === this.node || !this.node.contains(activeElement)) {
      this.node
        .querySelector<HTMLElement>('[data-field="command"] input')
        ?.focus();
    }
  }

  private _wantsFocus = false;

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
