/** What is done with Everest accounts when somebody asks for it; loaded then. */
import {
  Dialog,
  InputDialog,
  Notification,
  showDialog
} from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';

import { AccountModel } from './everestaccount';
import type { IAccountOptions } from './everestaccount';
import { fullSentence } from './format';
import type { IEverestAccount, IRemoteEverest } from './tokens';
import { askAccount } from './widgets/everestdialog';

/** Ask for an account, or for a new token of one. */
export async function enterAccount(options: IAccountOptions): Promise<void> {
  const model = new AccountModel(options);
  await askAccount(model, options.trans);
}

/** Ask, then forget an account. */
export async function forgetAccount(
  everest: IRemoteEverest,
  { name, url }: IEverestAccount,
  trans: TranslationBundle
): Promise<void> {
  const result = await showDialog({
    title: trans.__('Forget the account %1?', name),
    body: trans.__(
      'Its token is deleted here, and its jobs leave the list. They go on at %1 and come back when the account is added again.',
      url
    ),
    checkbox: {
      label: trans.__(
        'Also make the token worthless (revoke it), if the server can be reached'
      ),
      checked: true
    },
    buttons: [
      Dialog.cancelButton(),
      Dialog.warnButton({ label: trans.__('Forget') })
    ]
  });
  if (result.button.accept) {
    const kept = await everest.forget(name, result.isChecked !== false);
    if (kept) {
      const words = trans.__(
        '%1 is forgotten, but its token may still work: it was not revoked.',
        name
      );
      Notification.warning(`${words} ${fullSentence(kept)}`, {
        autoClose: false
      });
    }
  }
}

/** The account that is meant when none is named: the only one, or ask. */
export async function chooseAccount(
  { accounts }: IRemoteEverest,
  trans: TranslationBundle
): Promise<IEverestAccount | undefined> {
  if (accounts.length < 2) {
    return accounts[0];
  }
  const { button, value } = await InputDialog.getItem({
    title: trans.__('Which account?'),
    items: accounts.map(({ name }) => name),
    okLabel: trans.__('Choose')
  });
  return accounts.find(({ name }) => button.accept && name === value);
}
