import type { IStateDB } from '@jupyterlab/statedb';
import { Token } from '@lumino/coreutils';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import type { IDisposable } from '@lumino/disposable';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';

import { ALWAYS, COLUMNS, USUAL } from './jobcolumns';
import { JobLook } from './joblook';
import type { Column, IOrder } from './joborder';
import { NEWEST } from './joborder';
import { keyOf } from './jobstore';
import type { IJob, IRemoteJobs } from './tokens';

/** Where it is kept over reloads. */
const ID = 'jupyterlab-remote:jobs';

/** Marks of jobs that nobody knows any more go after this time, in ms. */
const FORGOTTEN = 60 * 86_400_000;

/** What all parts of the page that show jobs have in common. */
export const IJobDesk = new Token<JobDesk>(
  'jupyterlab-remote:IJobDesk',
  'How the list of jobs is shown, which jobs are marked, and who looks at them.'
);

/** What is kept. */
interface IKept {
  readonly columns: readonly Column[] | null;
  readonly order: IOrder;
  /** Key of a marked job -> when it was marked, ms since 1970. */
  readonly marks: Readonly<Record<string, number>>;
}

const NEW: IKept = { columns: null, order: NEWEST, marks: {} };

/** Columns, order, marks; what this page cancelled; how it looks at the jobs. */
export class JobDesk implements IDisposable {
  constructor(
    private readonly _jobs: Pick<IRemoteJobs, 'look' | 'get'>,
    private readonly _state: IStateDB | null
  ) {
    this.look = new JobLook(_jobs);
    this.loaded = this._load();
  }

  /** Settles when what was kept is there. */
  readonly loaded: Promise<void>;

  readonly look: JobLook;

  /** Keys of jobs that this page cancelled: their end is no news. */
  readonly cancelled = new Set<string>();

  /** Emitted when columns, order or marks changed. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get isDisposed(): boolean {
    return this.look.isDisposed;
  }

  get columns(): ReadonlySet<Column> {
    return new Set(this._kept.columns ?? USUAL);
  }

  /** Null: the usual ones. */
  set columns(columns: ReadonlySet<Column> | null) {
    this._keep({ columns: columns && [...columns] });
  }

  get order(): IOrder {
    return this._kept.order;
  }

  set order(order: IOrder) {
    this._keep({ order });
  }

  /** A job of the list, or one that a part of the page has asked for. */
  get(key: string): IJob | undefined {
    return this._jobs.get(key) ?? this._noted(key);
  }

  /** All that a source knows beside the list: members of arrays, other people's. */
  note(source: unknown, jobs: readonly IJob[]): void {
    this._notes.delete(source);
    if (jobs.length > 0) {
      this._notes.set(source, new Map(jobs.map(job => [keyOf(job), job])));
    }
  }

  /** Emitted when something was done to jobs, with these. */
  get acted(): ISignal<this, readonly IJob[]> {
    return this._acted;
  }

  tellActed(jobs: readonly IJob[]): void {
    this._acted.emit(jobs);
  }

  /** What a mark of a job is put at: a member's is that of its whole array. */
  markKey(job: IJob): string {
    const array = keyOf({ backend: job.backend, job_id: job.array });
    return !this._jobs.get(keyOf(job)) && this._jobs.get(array)
      ? array
      : keyOf(job);
  }

  isMarked(key: string): boolean {
    return key in this._kept.marks;
  }

  get anyMarked(): boolean {
    return Object.keys(this._kept.marks).length > 0;
  }

  mark(keys: readonly string[], marked: boolean): void {
    const marks = new Map(Object.entries(this._kept.marks));
    for (const key of keys) {
      if (marked) {
        marks.set(key, Date.now());
      } else {
        marks.delete(key);
      }
    }
    this._keep({ marks: Object.fromEntries(marks) });
  }

  dispose(): void {
    this.look.dispose();
    Signal.clearData(this);
  }

  /** The last word of all sources. */
  private _noted(key: string): IJob | undefined {
    return [...this._notes.values()]
      .reverse()
      .find(notes => notes.has(key))
      ?.get(key);
  }

  private _keep(change: Partial<IKept>): void {
    this._early = { ...this._early, ...change };
    this._kept = { ...this._kept, ...change };
    this._changed.emit();
    void this._save().catch((error: unknown) => {
      console.warn('How the list of jobs is shown cannot be kept.', error);
    });
  }

  /** Not before it is known what is there. */
  private async _save(): Promise<void> {
    await this.loaded;
    const kept = this._kept as unknown as ReadonlyPartialJSONObject;
    await this._state?.save(ID, kept);
  }

  private async _load(): Promise<void> {
    try {
      const kept = await this._state?.fetch(ID);
      if (kept) {
        const before = read(kept as Partial<IKept>);
        const marks = { ...before.marks, ...this._early.marks };
        this._kept = { ...before, ...this._early, marks };
        this._changed.emit();
      }
    } catch (error) {
      console.warn('How the list of jobs was shown cannot be read.', error);
    }
  }

  /** Changes by the user, who does not wait until all is loaded. */
  private _early: Partial<IKept> = {};
  private _kept: IKept = NEW;
  private readonly _acted = new Signal<this, readonly IJob[]>(this);
  private readonly _notes = new Map<unknown, ReadonlyMap<string, IJob>>();
  private readonly _changed = new Signal<this, void>(this);
}

/** What an older version wrote may lack parts, or name unknown columns. */
function read({ columns, order, marks }: Partial<IKept>): IKept {
  const known = columns?.filter(each => COLUMNS.includes(each));
  const since = Date.now() - FORGOTTEN;
  return {
    columns: known ? [...new Set([...ALWAYS, ...known])] : null,
    order: order && COLUMNS.includes(order.column) ? order : NEWEST,
    marks: Object.fromEntries(
      Object.entries(marks ?? {}).filter(([, when]) => when > since)
    )
  };
}
