import { Notification } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';

import { fullSentence } from './format';
import type { IEverestAccount, IRemoteEverest } from './tokens';

/** What of a token was told. */
interface ITold {
  readonly id: string;
  /** When the token was made: another one is another matter. */
  readonly created: string;
  readonly expired: boolean;
}

/** Says once that a token ends soon, and takes it back when it is renewed. */
export class ExpiryNotices {
  constructor(
    private readonly _everest: IRemoteEverest,
    private readonly _renew: (name: string) => void,
    private readonly _trans: TranslationBundle
  ) {
    _everest.changed.connect(this._onChanged, this);
  }

  private readonly _onChanged = (): void => {
    const { accounts } = this._everest;
    for (const [name, { id, created }] of [...this._told]) {
      const account = this._everest.get(name);
      if (account?.created !== created || account.warning === '') {
        Notification.dismiss(id);
        this._told.delete(name);
      }
    }
    accounts
      .filter(({ warning }) => warning !== '')
      .forEach(account => {
        this._tell(account);
      });
  };

  private _tell({ name, warning, created, ends }: IEverestAccount): void {
    const expired = ends !== null && ends <= Date.now();
    const before = this._told.get(name);
    if (before && before.expired === expired) {
      return;
    }
    if (before) {
      Notification.dismiss(before.id);
    }
    const id = Notification.warning(fullSentence(warning), {
      autoClose: false,
      actions: [
        {
          label: this._trans.__('Renew…'),
          callback: () => {
            this._renew(name);
          }
        }
      ]
    });
    this._told.set(name, { id, created, expired });
  }

  private readonly _told = new Map<string, ITold>();
}
