import type { IStateDB } from '@jupyterlab/statedb';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';

/** Where the results of a sweep were unpacked. */
export interface IUnpacked {
  readonly folder: string;
  /** Name of the CSV file in it. */
  readonly table: string;
}

const KEY = 'jupyterlab-remote:everest-results';

/** So many sweeps are remembered. */
const KEPT = 100;

/** Where results were unpacked, kept in Lab's state database. */
export class ResultsMemory {
  constructor(private readonly _state: IStateDB | null) {}

  /** By the key of the job; null: not from here. */
  async of(job: string): Promise<IUnpacked | null> {
    return (await this._all()).get(job) ?? null;
  }

  async keep(job: string, unpacked: IUnpacked): Promise<void> {
    const all = await this._all();
    all.delete(job);
    all.set(job, { folder: unpacked.folder, table: unpacked.table });
    const kept: ReadonlyPartialJSONObject = Object.fromEntries(
      [...all].slice(-KEPT).map(([key, value]) => [key, { ...value }] as const)
    );
    await this._state?.save(KEY, kept);
  }

  private async _all(): Promise<Map<string, IUnpacked>> {
    const kept = await this._state?.fetch(KEY).catch(() => undefined);
    const found = new Map<string, IUnpacked>();
    for (const [job, value] of Object.entries(kept ?? {})) {
      const { folder, table } = (value ?? {}) as Partial<IUnpacked>;
      if (typeof folder === 'string' && typeof table === 'string') {
        found.set(job, { folder, table });
      }
    }
    return found;
  }
}
