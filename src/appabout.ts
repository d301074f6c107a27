import { Debouncer } from '@lumino/polling';

import type { EverestClient } from './everestclient';
import type { IEverestApp } from './tokens';

/** After the last change, in ms: the server is asked. */
const PAUSE = 300;

/** The description of the application that a form is for at the moment. */
export class AppAbout {
  constructor(
    private readonly _client: Pick<EverestClient, 'everestApp'>,
    private readonly _changed: () => void
  ) {}

  /** Null: not known (yet), or the server does not tell. */
  app: IEverestApp | null = null;

  /** Another application of this account is meant, or the same. */
  want(server: string, app: string): void {
    const wanted = server && `${server}\n${app}`;
    if (wanted !== this._wanted) {
      [this._wanted, this.app] = [wanted, null];
      void this._ask.invoke().catch(() => undefined);
    }
  }

  dispose(): void {
    this._wanted = '';
    this._ask.dispose();
  }

  private async _look(): Promise<void> {
    const wanted = this._wanted;
    const [server = '', app = ''] = wanted.split('\n');
    if (!server) {
      return;
    }
    const found = await this._client.everestApp(server, app).catch(() => null);
    if (found && wanted === this._wanted) {
      this.app = found;
      this._changed();
    }
  }

  private _wanted = '';
  private readonly _ask = new Debouncer(() => this._look(), PAUSE);
}
