import type { TranslationBundle } from '@jupyterlab/translation';
import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';

import { sizeIn, sizeUnit } from './durations';
import { fullSentence } from './format';
import { wordsOf } from './submitdraft';
import type { ITransfer } from './tokens';

/** What a transfer is looked at with. */
export interface ITransfers {
  transfer<R>(id: string): Promise<ITransfer<R>>;
  endTransfer(id: string): Promise<void>;
}

/** Time between two looks at a transfer, in ms: at first, and at most. */
const FIRST = 150;
const SLOWEST = 2_000;

/** So many looks may fail one after the other before it counts as lost sight of. */
const PATIENCE = 8;

/** A transfer that was begun, until it has ended. */
export class TransferWatch<R> {
  constructor(
    private readonly _client: ITransfers,
    begun: ITransfer<R>,
    private readonly _pause = (ms: number) =>
      new Promise<void>(resolve => setTimeout(resolve, ms))
  ) {
    this.now = begun;
    this.ended = this._follow();
  }

  /** As it was last seen. */
  now: ITransfer<R>;
  /** Settles when it has ended, or nobody can tell how it goes on. */
  readonly ended: Promise<ITransfer<R>>;
  /** Whether its end was asked for. */
  ending = false;
  /** Why it was not ended, or is lost sight of; empty: neither. */
  problem = '';

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Ask for its end. */
  async end(): Promise<void> {
    this.ending = true;
    this._changed.emit();
    try {
      await this._client.endTransfer(this.now.id);
    } catch (error) {
      [this.ending, this.problem] = [false, wordsOf(error)];
      this._changed.emit();
    }
  }

  /** Look no more; the transfer goes on. */
  dispose(): void {
    this._disposed = true;
    Signal.clearData(this);
  }

  private async _follow(): Promise<ITransfer<R>> {
    let failed = 0;
    let pause = FIRST;
    while (this.now.state === 'running' && !this._disposed) {
      await this._pause(pause);
      pause = Math.min(SLOWEST, pause * 1.3);
      try {
        this.now = await this._client.transfer<R>(this.now.id);
        [failed, this.problem] = [0, ''];
      } catch (error) {
        failed += 1;
        this.problem = wordsOf(error);
        if (failed >= PATIENCE) {
          this.now = { ...this.now, state: 'failed', error: this.problem };
        }
      }
      this._changed.emit();
    }
    return this.now;
  }

  private readonly _changed = new Signal<this, void>(this);
  private _disposed = false;
}

/** How far a transfer is, 0 to 1; null: not known. */
export function partOf({ done, total }: ITransfer): number | null {
  return total > 0 ? Math.min(1, done / total) : null;
}

/** "1.2 of 3 MB", "1.2 MB so far". */
export function amountWords(
  { done, total }: ITransfer,
  trans: TranslationBundle
): string {
  if (total > 0) {
    const unit = sizeUnit(total);
    return trans.__(
      '%1 of %2 %3',
      sizeIn(done, unit),
      sizeIn(total, unit),
      unit
    );
  }
  return done > 0 ? trans.__('%1 so far', bytesWords(done)) : '';
}

/** Bytes, rounded: `2.1 MB`. */
export function bytesWords(count: number): string {
  const unit = sizeUnit(count);
  return `${sizeIn(count, unit)} ${unit}`;
}

/** Why a transfer did not come to its end; empty: it did, or goes on. */
export function failureWords(
  { state, error }: ITransfer,
  trans: TranslationBundle
): string {
  if (state === 'cancelled') {
    return trans.__('It was cancelled.');
  }
  return state === 'failed' ? fullSentence(error) : '';
}
