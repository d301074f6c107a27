import { Dialog } from '@jupyterlab/apputils';
import { PathExt } from '@jupyterlab/coreutils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { VDomRenderer } from '@jupyterlab/ui-components';
import * as React from 'react';

import type { ShareModel } from '../sharemodel';
import type { IShare } from '../tokens';
import { ShareForm } from './shareform';

/** The place of the button that makes the share. */
const MAKE = 1;

/** Ask how the notebook is to be shared, and share it; null: it was not. */
export async function askShare(
  model: ShareModel,
  trans: TranslationBundle
): Promise<IShare | null> {
  try {
    const result = await new ShareDialog(model, trans).launch();
    return result.button.accept ? result.value : null;
  } finally {
    model.dispose();
  }
}

/** Stays until the share is made, so that a refusal loses nothing. */
class ShareDialog extends Dialog<IShare | null> {
  constructor(
    private readonly _model: ShareModel,
    trans: TranslationBundle
  ) {
    const body = new ShareBody(_model, trans);
    super({
      title: trans.__('Share %1', PathExt.basename(_model.path)),
      body,
      focusNodeSelector: '.jp-RemoteSharing input:checked',
      buttons: [
        Dialog.cancelButton(),
        Dialog.okButton({
          label: trans.__('Create Link'),
          caption: trans.__('Make a link that others can open')
        })
      ]
    });
    this.addClass('jp-RemoteSharingDialog');
    this._made = body;
    _model.stateChanged.connect(this._onChanged, this);
  }

  override resolve(index: number = MAKE): void {
    if (index === MAKE) {
      void this._create();
    } else {
      super.resolve(index);
    }
  }

  private async _create(): Promise<void> {
    const made = await this._model.create();
    if (made) {
      this._made.made = made;
      super.resolve(MAKE);
    } else if (!this.isDisposed) {
      this.node
        .querySelector<HTMLElement>('.jp-RemoteSharing [aria-invalid="true"]')
        ?.focus();
    }
  }

  private readonly _onChanged = (): void => {
    const button = this.node.querySelector('.jp-Dialog-footer .jp-mod-accept');
    if (button instanceof HTMLButtonElement) {
      button.disabled = this._model.busy;
    }
  };

  private readonly _made: ShareBody;
}

class ShareBody extends VDomRenderer<ShareModel> {
  constructor(
    model: ShareModel,
    private readonly _trans: TranslationBundle
  ) {
    super(model);
    this.addClass('jp-RemoteSharing');
  }

  made: IShare | null = null;

  getValue(): IShare | null {
    return this.made;
  }

  protected override render(): React.JSX.Element {
    return <ShareForm model={this.model} trans={this._trans} />;
  }
}
