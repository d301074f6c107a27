import { Dialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { VDomRenderer } from '@jupyterlab/ui-components';
import * as React from 'react';

import type { AccountModel } from '../everestaccount';
import type { IEverestAccount } from '../tokens';
import { AccountForm } from './everestform';

/** The place of the button that asks the server. */
const ENTER = 1;

/** Ask for an account, or a new token for one; null: there is none. */
export async function askAccount(
  model: AccountModel,
  trans: TranslationBundle
): Promise<IEverestAccount | null> {
  try {
    const result = await new AccountDialog(model, trans).launch();
    return result.button.accept ? result.value : null;
  } finally {
    model.dispose();
  }
}

/**
 * Stays until the server has accepted, so that a refusal loses nothing. It cannot be
 * left while the server is asked: the account would appear all the same.
 */
export class AccountDialog extends Dialog<IEverestAccount | null> {
  constructor(
    private readonly _model: AccountModel,
    trans: TranslationBundle
  ) {
    const body = new AccountBody(_model, trans);
    const { account } = _model;
    super({
      title: account
        ? trans.__('Renew the token of %1', account.name)
        : trans.__('Add an Everest Account'),
      body,
      focusNodeSelector: account
        ? '.jp-RemoteAccount input[type="password"]'
        : '.jp-RemoteAccount input',
      buttons: [
        Dialog.cancelButton(),
        Dialog.okButton({
          label: account ? trans.__('Renew') : trans.__('Add Account'),
          caption: trans.__('Ask the server, and keep the token')
        })
      ]
    });
    this.addClass('jp-RemoteAccountDialog');
    this._entered = body;
    _model.stateChanged.connect(this._onChanged, this);
  }

  override resolve(index: number = ENTER): void {
    if (index === ENTER) {
      void this._enter();
    } else if (!this._model.busy) {
      this._forgetSecret();
      super.resolve(index);
    }
  }

  /** Escape, or a click beside it. */
  override reject(): void {
    if (!this._model.busy) {
      this._forgetSecret();
      super.reject();
    }
  }

  private async _enter(): Promise<void> {
    const account = await this._model.enter(this._secret?.value ?? '');
    if (account) {
      this._entered.account = account;
      this._forgetSecret();
      super.resolve(ENTER);
    } else if (!this.isDisposed) {
      this.node
        .querySelector<HTMLElement>('.jp-RemoteAccount [aria-invalid="true"]')
        ?.focus();
    }
  }

  private get _secret(): HTMLInputElement | null {
    return this.node.querySelector('.jp-RemoteAccount [type="password"]');
  }

  private _forgetSecret(): void {
    if (this._secret) {
      this._secret.value = '';
    }
  }

  private readonly _onChanged = (): void => {
    const buttons = this.node.querySelectorAll<HTMLButtonElement>(
      '.jp-Dialog-footer button'
    );
    for (const button of buttons) {
      button.disabled = this._model.busy;
    }
  };

  private readonly _entered: AccountBody;
}

class AccountBody extends VDomRenderer<AccountModel> {
  constructor(
    model: AccountModel,
    private readonly _trans: TranslationBundle
  ) {
    super(model);
    this.addClass('jp-RemoteAccount');
  }

  account: IEverestAccount | null = null;

  getValue(): IEverestAccount | null {
    return this.account;
  }

  protected override render(): React.JSX.Element {
    return <AccountForm model={this.model} trans={this._trans} />;
  }
}
