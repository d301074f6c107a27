import type { IStateDB } from '@jupyterlab/statedb';
import type {
  ReadonlyPartialJSONObject,
  ReadonlyPartialJSONValue
} from '@lumino/coreutils';

/** So many things are kept under one key. */
const MOST = 100;

/** Things by name, the last of them, in Lab's state database. */
export class Kept<T extends object> {
  /** `read` answers null for what is none. */
  constructor(
    private readonly _state: IStateDB | null,
    private readonly _key: string,
    private readonly _read: (kept: unknown) => T | null
  ) {}

  /** Null: there is none. */
  async of(name: string): Promise<T | null> {
    return this._read((await this._all())[name]);
  }

  async keep(name: string, value: T): Promise<void> {
    const all = Object.entries(await this._all());
    const others = all.filter(([other]) => other !== name);
    const mine = [name, value as ReadonlyPartialJSONValue] as const;
    const kept = Object.fromEntries([...others, mine].slice(-MOST));
    // What was done stays done when this cannot be written.
    await this._state?.save(this._key, kept).catch(() => undefined);
  }

  private async _all(): Promise<ReadonlyPartialJSONObject> {
    const kept = await this._state?.fetch(this._key).catch(() => undefined);
    const whole = typeof kept === 'object' && kept !== null;
    return whole && !Array.isArray(kept)
      ? (kept as ReadonlyPartialJSONObject)
      : {};
  }
}
