import type { Event, IConnectionStatus } from '@jupyterlab/services';

import { Mirror } from './mirror';
import type { IStep } from './mirror';
import type { IShareListing, ShareClient } from './shareclient';
import type { IShareEvent, IShareStore } from './sharestore';
import {
  fromShareListing,
  NO_SHARES,
  shareEvent,
  withoutShare,
  withShare,
  withShareEvent
} from './sharestore';
import type {
  IReceived,
  IRemoteShares,
  IShare,
  IShareChange,
  IShareLimits,
  IShareRequest,
  ShareMode
} from './tokens';

/** Time between two listings in ms; who looks at the list asks more often. */
const CALM = 300_000;

/** The mirror of the user's shares; silent until somebody opens it. */
export class Shares
  extends Mirror<IShareStore, IShareListing, IShareEvent>
  implements IRemoteShares
{
  constructor(options: ISharesOptions) {
    super(
      { ...options, name: 'jupyterlab-remote:shares', calm: CALM },
      NO_SHARES
    );
    this._client = options.client;
  }

  get all(): readonly IShare[] {
    return this._all;
  }

  get received(): readonly IReceived[] {
    return this.store.received;
  }

  get mode(): ShareMode {
    return this.store.mode;
  }

  get why(): string {
    return this.store.why;
  }

  get limits(): IShareLimits {
    return this.store.limits;
  }

  get(id: string): IShare | undefined {
    return this.store.shares.get(id);
  }

  async share(request: IShareRequest): Promise<IShare> {
    return this._known(await this._client.share(request));
  }

  async change(id: string, change: IShareChange): Promise<IShare> {
    return this._known(await this._client.change(id, change));
  }

  async renew(id: string): Promise<IShare> {
    return this._known(await this._client.update(id));
  }

  async revoke(id: string): Promise<void> {
    await this._client.revoke(id);
    // Not waiting for the event: what was revoked looks revoked at once.
    const share = this.get(id);
    if (share) {
      this.amend(store => withShare(store, { ...share, state: 'revoked' }));
    }
  }

  async forget(id: string): Promise<void> {
    await this._client.forget(id);
    this.amend(store => withoutShare(store, id));
  }

  protected ask(): Promise<IShareListing> {
    return this._client.shares();
  }

  protected take(listing: IShareListing): IShareStore {
    return fromShareListing(listing);
  }

  protected read(emission: Event.Emission): IShareEvent | null {
    return shareEvent(emission);
  }

  protected step(store: IShareStore, event: IShareEvent): IStep<IShareStore> {
    return withShareEvent(store, event);
  }

  protected updated(): void {
    this._all = [...this.store.shares.values()].sort((a, b) =>
      a.created < b.created ? 1 : -1
    );
    this.emitChanged();
  }

  private _known(share: IShare): IShare {
    this.amend(store => withShare(store, share));
    return share;
  }

  private _all: readonly IShare[] = [];
  private readonly _client: ShareClient;
}

/** Options of the mirror. */
export interface ISharesOptions {
  readonly client: ShareClient;
  readonly events: Event.IManager;
  readonly connection?: IConnectionStatus | null;
}
