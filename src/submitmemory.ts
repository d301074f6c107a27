import type { IStateDB } from '@jupyterlab/statedb';

import type { Texts } from './offers';

const KEY = 'jupyterlab-remote:submit';

interface IKept {
  readonly backend: string;
  readonly texts: Readonly<Record<string, Texts>>;
}

const NOTHING: IKept = { backend: '', texts: {} };

/** What was last submitted on each backend: the fields, never the script. */
export class SubmitMemory {
  constructor(private readonly _state: IStateDB | null) {
    this._kept = this._read();
    this.ready = this._kept.then(() => undefined);
  }

  /** Settles when it is known what was kept. */
  readonly ready: Promise<void>;

  /** Ends of the names of files that a backend takes. */
  learn(backend: string, suffixes: readonly string[]): void {
    this._suffixes.set(backend, suffixes);
  }

  /** Those of a backend, or null when it was not asked yet. */
  suffixes(backend: string): readonly string[] | null {
    return this._suffixes.get(backend) ?? null;
  }

  /** The backend that was used last, as far as it is known yet. */
  get backend(): string {
    return this._last;
  }

  async of(backend: string): Promise<Texts> {
    return (await this._kept).texts[backend] ?? {};
  }

  async keep(backend: string, texts: Texts): Promise<void> {
    const before = await this._kept;
    const all = { ...before.texts, [backend]: { ...texts } };
    const kept: IKept = { backend, texts: all };
    this._last = backend;
    this._kept = Promise.resolve(kept);
    await this._state?.save(KEY, { ...kept });
  }

  private async _read(): Promise<IKept> {
    const kept = await this._state?.fetch(KEY).catch(() => undefined);
    const read = { ...NOTHING, ...(kept as Partial<IKept> | undefined) };
    this._last ||= read.backend;
    return read;
  }

  private _kept: Promise<IKept>;
  private _last = '';
  private readonly _suffixes = new Map<string, readonly string[]>();
}
