import type { Event, IConnectionStatus } from '@jupyterlab/services';

import type { EverestClient } from './everestclient';
import { Mirror } from './mirror';
import type { INumbered, IStep } from './mirror';
import type {
  IEverestAccount,
  IEverestAddition,
  IEverestLogin,
  IRemoteEverest
} from './tokens';

/** Time between two listings in ms; who looks at the list asks more often. */
const CALM = 300_000;

/** The accounts by name; nothing numbers their changes. */
interface IStore extends INumbered {
  readonly accounts: ReadonlyMap<string, IEverestAccount>;
}

/** The mirror of the accounts; no event tells of them. */
export class Everest
  extends Mirror<IStore, readonly IEverestAccount[], INumbered>
  implements IRemoteEverest
{
  constructor(options: IEverestOptions) {
    super(
      { ...options, name: 'jupyterlab-remote:everest', calm: CALM },
      { accounts: new Map(), sequence: 0 }
    );
    this._client = options.client;
  }

  get accounts(): readonly IEverestAccount[] {
    return this._accounts;
  }

  get(name: string): IEverestAccount | undefined {
    return this.store.accounts.get(name);
  }

  of(backend: string): IEverestAccount | undefined {
    return this._accounts.find(account => account.backend === backend);
  }

  async add(addition: IEverestAddition): Promise<IEverestAccount> {
    return this._entered(await this._client.add(addition));
  }

  async renew(name: string, login: IEverestLogin): Promise<IEverestAccount> {
    return this._entered(await this._client.renew(name, login));
  }

  async forget(name: string, revoke: boolean): Promise<string> {
    const kept = await this._client.forget(name, revoke);
    this.amend(store => without(store, name));
    return kept;
  }

  list(): Promise<void> {
    return super.refresh();
  }

  override async refresh(): Promise<void> {
    await this.list();
    await this._check();
  }

  protected ask(): Promise<readonly IEverestAccount[]> {
    return this._client.accounts();
  }

  /** What was found out stands; a listing tells only what went wrong at last. */
  protected take(listing: readonly IEverestAccount[]): IStore {
    const listed = listing.map(account => {
      const known = this.get(account.name);
      const asked = sameToken(known, account) && known.wrong !== undefined;
      const { wrong, reason } = asked
        ? known
        : { ...account, wrong: account.wrong ? account.wrong : undefined };
      return [account.name, { ...account, wrong, reason }] as const;
    });
    return { accounts: new Map(listed), sequence: 0 };
  }

  protected read(): null {
    return null;
  }

  protected step(store: IStore): IStep<IStore> {
    return { store, complete: true };
  }

  protected updated(): void {
    this._accounts = [...this.store.accounts.values()].sort((a, b) =>
      a.name.localeCompare(b.name)
    );
    this.emitChanged();
  }

  /** The server has just accepted this token. */
  private _entered(account: IEverestAccount): IEverestAccount {
    const works = { ...account, wrong: '', reason: '' };
    this.amend(store => withAccount(store, works));
    return works;
  }

  /** Ask every server whether its token works; each answer counts by itself. */
  private async _check(): Promise<void> {
    await Promise.all(
      this._accounts.map(async asked => {
        const answer = await this._client.check(asked.name).catch(() => null);
        // An answer about a token that was renewed meanwhile is none.
        if (answer && sameToken(this.get(asked.name), answer)) {
          this.amend(store => withAccount(store, answer));
        }
      })
    );
  }

  private _accounts: readonly IEverestAccount[] = [];
  private readonly _client: EverestClient;
}

function withAccount(store: IStore, account: IEverestAccount): IStore {
  const accounts = new Map(store.accounts).set(account.name, account);
  return { ...store, accounts };
}

function without(store: IStore, name: string): IStore {
  const accounts = new Map(store.accounts);
  accounts.delete(name);
  return { ...store, accounts };
}

function sameToken(
  known: IEverestAccount | undefined,
  account: IEverestAccount
): known is IEverestAccount {
  return known?.created === account.created && known.url === account.url;
}

/** Options of the mirror. */
export interface IEverestOptions {
  readonly client: EverestClient;
  readonly events: Event.IManager;
  readonly connection?: IConnectionStatus | null;
}
