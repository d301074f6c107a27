import type { EverestClient } from './everestclient';
import { follow, TransferCancelled } from './everesttransfer';
import type { IFollowOptions } from './everesttransfer';
import { wordsOf } from './submitdraft';
import type { ITransfer } from './tokens';

/** So many files are on their way at the same time. */
const AT_ONCE = 3;

/** How a file is, before and while it is sent. */
export type Upload = Pick<ITransfer, 'state' | 'done' | 'total' | 'error'>;

const WAITING: Upload = { state: 'running', done: 0, total: -1, error: '' };

/** Sends files of the file browser to a server. */
export class Uploads {
  constructor(private readonly _options: IUploadsOptions) {}

  /** Those of the last time, by path. */
  get all(): ReadonlyMap<string, Upload> {
    return this._all;
  }

  /**
   * Send them; answers their addresses, by path. Rejects when all have ended
   * and one could not be sent, or somebody ended it.
   */
  async send(paths: readonly string[]): Promise<ReadonlyMap<string, string>> {
    this._all = new Map(paths.map(path => [path, WAITING]));
    this._ends = new Map(paths.map(path => [path, new AbortController()]));
    this._options.changed();
    const uris = new Map<string, string>();
    const waiting = [...paths];
    const work = async () => {
      for (let path = waiting.shift(); path; path = waiting.shift()) {
        await this._one(path, uris);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    const failed = [...this._all].find(([, { state }]) => state !== 'done');
    if (failed) {
      const [path, { state, error }] = failed;
      throw state === 'cancelled'
        ? new TransferCancelled(path)
        : new Error(error);
    }
    return uris;
  }

  /** End one, or all. */
  cancel(path?: string): void {
    const ends =
      path === undefined ? [...this._ends.values()] : [this._ends.get(path)];
    ends.forEach(end => end?.abort());
  }

  /** Nothing is said of them any more. */
  clear(): void {
    this.cancel();
    this._all = new Map();
  }

  private async _one(path: string, uris: Map<string, string>): Promise<void> {
    const { client, server, pause } = this._options;
    const signal = this._ends.get(path)?.signal;
    try {
      if (signal?.aborted) {
        throw new TransferCancelled(path);
      }
      const told = (transfer: Upload) => {
        this._tell(path, transfer);
      };
      const begun = await client.send(server, path);
      uris.set(path, await follow(begun, { client, told, signal, pause }));
    } catch (error) {
      const state = error instanceof TransferCancelled ? 'cancelled' : 'failed';
      this._tell(path, { ...WAITING, state, error: wordsOf(error) });
    }
  }

  private _tell(path: string, upload: Upload): void {
    if (this._all.has(path)) {
      this._all = new Map(this._all).set(path, upload);
      this._options.changed();
    }
  }

  private _all: ReadonlyMap<string, Upload> = new Map();
  private _ends: ReadonlyMap<string, AbortController> = new Map();
}

/** What uploads need. */
export interface IUploadsOptions {
  readonly client: Pick<EverestClient, 'send' | 'transfer' | 'endTransfer'>;
  /** Name of the account. */
  readonly server: string;
  readonly changed: () => void;
  readonly pause?: IFollowOptions<string>['pause'];
}
