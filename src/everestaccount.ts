import type { TranslationBundle } from '@jupyterlab/translation';
import { VDomModel } from '@jupyterlab/ui-components';

import { fieldAtFault } from './everestview';
import type { AccountField } from './everestview';
import { wordsOf } from './submitdraft';
import type { IEverestAccount, IEverestLogin, IRemoteEverest } from './tokens';

/** What stands in the dialog, but for password and token. */
export interface IAccountDraft {
  readonly url: string;
  readonly how: 'password' | 'token';
  readonly username: string;
  /** What the account is called here. */
  readonly name: string;
  /** What the token is called on the server. */
  readonly label: string;
  /** Of the token, in seconds. */
  readonly lifetime: number;
}

/** What is wrong, and where. */
export interface IAccountFault {
  readonly field: AccountField;
  readonly words: string;
}

/** What the dialog needs. */
export interface IAccountOptions {
  readonly everest: IRemoteEverest;
  /** The one whose token is renewed; without it one is added. */
  readonly account?: IEverestAccount;
  readonly trans: TranslationBundle;
}

/** An account that is being added or renewed; never has a secret. */
export class AccountModel extends VDomModel {
  constructor(private readonly _options: IAccountOptions) {
    super();
    const { account } = _options;
    this.draft = {
      url: account?.url ?? '',
      // Only a token that was given by itself has a lifetime nobody knows.
      how: account?.expires === null ? 'token' : 'password',
      username: account?.username ?? '',
      name: account?.name ?? '',
      label: account?.label ?? '',
      lifetime: 604_800
    };
  }

  draft: IAccountDraft;
  busy = false;
  fault: IAccountFault | null = null;

  get account(): IEverestAccount | undefined {
    return this._options.account;
  }

  set(change: Partial<IAccountDraft>): void {
    this.draft = { ...this.draft, ...change };
    this.fault = null;
    this.stateChanged.emit();
  }

  /** Ask the server; `secret` is sent and not kept. Null: it was refused. */
  async enter(secret: string): Promise<IEverestAccount | null> {
    this.fault = this._missing(secret);
    if (this.busy || this.fault) {
      this.stateChanged.emit();
      return null;
    }
    this.busy = true;
    this.stateChanged.emit();
    try {
      return await this._ask(secret);
    } catch (error) {
      this.fault = { field: fieldAtFault(error), words: wordsOf(error) };
      return null;
    } finally {
      this.busy = false;
      this.stateChanged.emit();
    }
  }

  private _ask(secret: string): Promise<IEverestAccount> {
    const { everest, account } = this._options;
    const { url, name } = this.draft;
    const login = this._login(secret);
    return account
      ? everest.renew(account.name, login)
      : everest.add({
          ...login,
          url: url.trim(),
          ...(name.trim() && { name: name.trim() })
        });
  }

  private _login(secret: string): IEverestLogin {
    const { how, username, label, lifetime } = this.draft;
    return how === 'token'
      ? { token: secret.trim() }
      : {
          username: username.trim(),
          password: secret,
          lifetime,
          ...(label.trim() && { label: label.trim() })
        };
  }

  private _missing(secret: string): IAccountFault | null {
    const { trans } = this._options;
    const { url, how, username } = this.draft;
    if (url.trim() === '') {
      const words = trans.__('Write the address of the server.');
      return { field: 'url', words };
    }
    if (how === 'password' && username.trim() === '') {
      return { field: 'username', words: trans.__('Write your user name.') };
    }
    if (secret.trim() !== '') {
      return null;
    }
    const words =
      how === 'token'
        ? trans.__('Paste the token.')
        : trans.__('Write your password.');
    return { field: 'secret', words };
  }
}
