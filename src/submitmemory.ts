import type { IStateDB } from '@jupyterlab/statedb';
import type { ReadonlyJSONObject } from '@lumino/coreutils';

import { keyOf } from './jobstore';
import type { Texts } from './offers';
import type { IJob, JobOption } from './tokens';

const KEY = 'jupyterlab-remote:submit';

/** So many requests are kept. */
const KEPT = 100;

type Options = Readonly<Record<string, JobOption>>;

interface IKept {
  /** The backend that was used last. */
  readonly backend: string;
  /** What stood in the fields, by backend. */
  readonly texts: Readonly<Record<string, Texts>>;
  /** The options of the last jobs, by key. */
  readonly requests: readonly (readonly [key: string, options: Options])[];
}

const NOTHING: IKept = { backend: '', texts: {}, requests: [] };

/** What was last submitted: the fields, never the script. */
export class SubmitMemory {
  constructor(private readonly _state: IStateDB | null) {
    this._reading = this._read();
  }

  /** Settles when it is known what was kept. */
  get ready(): Promise<void> {
    return this._reading;
  }

  /** The backend that was used last, once it is known. */
  get backend(): string {
    return this._kept.backend;
  }

  /** What last stood in the fields. */
  async of(backend: string): Promise<Texts> {
    await this._reading;
    return this._kept.texts[backend] ?? {};
  }

  /** With what options the job was submitted here; null: it was not. */
  async request(
    job: Pick<IJob, 'backend' | 'job_id'>
  ): Promise<Options | null> {
    await this._reading;
    const key = keyOf(job);
    return this._kept.requests.find(([of]) => of === key)?.[1] ?? null;
  }

  async keep(backend: string, texts: Texts): Promise<void> {
    await this._write({
      backend,
      texts: { ...this._kept.texts, [backend]: { ...texts } }
    });
  }

  async keepRequest(key: string, options: Options): Promise<void> {
    const others = this._kept.requests.filter(([of]) => of !== key);
    const requests = [[key, options] as const, ...others].slice(0, KEPT);
    await this._write({ requests });
  }

  private async _write(change: Partial<IKept>): Promise<void> {
    await this._reading;
    this._kept = { ...this._kept, ...change };
    const kept = JSON.parse(JSON.stringify(this._kept)) as ReadonlyJSONObject;
    // A job that is submitted stays so when this cannot be written.
    await this._state?.save(KEY, kept).catch(() => undefined);
  }

  private async _read(): Promise<void> {
    const kept = await this._state?.fetch(KEY).catch(() => undefined);
    this._kept = { ...NOTHING, ...(kept as Partial<IKept> | undefined) };
  }

  private _kept = NOTHING;
  private readonly _reading: Promise<void>;
}

const memories = new WeakMap<object, SubmitMemory>();

/** The one memory in a state database. */
export function memoryIn(state: IStateDB | null): SubmitMemory {
  const memory = (state && memories.get(state)) ?? new SubmitMemory(state);
  if (state) {
    memories.set(state, memory);
  }
  return memory;
}
