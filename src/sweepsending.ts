import type { TranslationBundle } from '@jupyterlab/translation';

import type { EverestClient } from './everestclient';
import { follow, TransferCancelled } from './everesttransfer';
import { isLost } from './lost';
import { wordsOf } from './submitdraft';
import type { ISweepJob, ISweepRequest, ITransfer } from './tokens';

/** What is asked of the server. */
type Client = Pick<EverestClient, 'sweep' | 'transfer' | 'endTransfer'>;

/** A sweep on its way to a server: its files, then itself. */
export class SweepSending {
  constructor(
    private readonly _client: Client,
    private readonly _changed: () => void
  ) {}

  /** What happens now; empty: nothing. */
  busy: '' | 'send' | 'submit' = '';
  /** As it was last seen. */
  now: ITransfer | null = null;
  /** Whether its end was asked for. */
  ending = false;

  /** Send and submit it; rejects with what `failure` explains. */
  async send(server: string, request: ISweepRequest): Promise<ISweepJob> {
    this._end = new AbortController();
    [this.busy, this.now, this.ending] = ['send', null, false];
    this._changed();
    const { signal } = this._end;
    const told = (now: ITransfer) => {
      this.now = now;
      this.busy = now.step === 'submitting' ? 'submit' : 'send';
      this._changed();
    };
    try {
      const begun = await this._client.sweep(server, request);
      this.now = begun;
      return await follow(begun, { client: this._client, told, signal });
    } finally {
      this.busy = '';
    }
  }

  /** End it; what is being submitted goes on. */
  cancel(): void {
    this._end.abort();
    this.ending = this.busy === 'send';
    this._changed();
  }

  /** Why it was not submitted, or that nobody knows whether it was (`lost`). */
  failure(
    error: unknown,
    trans: TranslationBundle
  ): { readonly words: string; readonly lost: boolean } {
    if (error instanceof TransferCancelled) {
      const words = trans.__('Sending the files was cancelled.');
      return { words, lost: false };
    }
    // It was begun, and nobody tells any more how it went on.
    const gone = this.now?.state === 'running';
    const doubtful = this.now?.reason === 'ambiguous-submit';
    return { words: wordsOf(error), lost: gone || doubtful || isLost(error) };
  }

  private _end = new AbortController();
}
