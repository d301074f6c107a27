import { PromiseDelegate } from '@lumino/coreutils';
import { nullTranslator } from '@jupyterlab/translation';

import { AccountModel } from '../everestaccount';
import { account } from '../testing/everest';
import type { IEverestAccount, IRemoteEverest } from '../tokens';
import { AccountDialog } from './everestdialog';

const trans = nullTranslator.load('');

/** The dialog, filled in and on the page; `answer` is the server's, still to come. */
async function shown() {
  const answer = new PromiseDelegate<IEverestAccount>();
  const everest = { add: () => answer.promise } as unknown as IRemoteEverest;
  const model = new AccountModel({ everest, trans });
  model.set({ url: 'https://everest.example', how: 'token' });
  const dialog = new AccountDialog(model, trans);
  const launched = dialog.launch();
  await dialog.ready;
  const secret =
    dialog.node.querySelector<HTMLInputElement>('[type="password"]');
  if (secret) {
    secret.value = 'abc';
  }
  const button = (name: string) =>
    [...dialog.node.querySelectorAll('button')].find(
      each => each.textContent === name
    );
  const escape = () => {
    const key = { key: 'Escape', bubbles: true, cancelable: true };
    dialog.node.dispatchEvent(new KeyboardEvent('keydown', key));
  };
  return { answer, dialog, launched, button, escape, model };
}

describe('the dialog of an account', () => {
  it('stays while the server is asked', async () => {
    const { answer, dialog, launched, button, escape } = await shown();
    button('Add Account')?.click();
    expect(button('Cancel')?.disabled).toBe(true);
    expect(button('Add Account')?.disabled).toBe(true);
    escape();
    dialog.resolve(0);
    expect(dialog.isAttached).toBe(true);
    answer.resolve(account());
    expect((await launched).value).toEqual(account());
    expect(dialog.isDisposed).toBe(true);
  });

  it('can be left when the server has refused', async () => {
    const { answer, launched, button, model } = await shown();
    button('Add Account')?.click();
    const refused = new Promise(resolve => {
      model.stateChanged.connect(resolve);
    });
    answer.reject(new Error('no'));
    await refused;
    expect(model.fault?.words).toBe('no');
    expect(button('Cancel')?.disabled).toBe(false);
    button('Cancel')?.click();
    expect((await launched).button.accept).toBe(false);
  });

  it('can be left before the server is asked', async () => {
    const { launched, escape } = await shown();
    escape();
    expect((await launched).button.accept).toBe(false);
  });
});
