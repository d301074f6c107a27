import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';

import { collapse } from './endedarrays';
import type { IListedJobs } from './joblistmodel';
import { keyOf } from './jobstore';
import { wordsOf } from './submitdraft';
import type {
  Freshness,
  IEndedJobs,
  IEverybodysJobs,
  IJob,
  IJobBackend,
  IRemoteJobs
} from './tokens';

/** Jobs that ended, as a list that is shown like that of the others. */
export class EndedJobs implements IListedJobs {
  constructor(private readonly _jobs: IRemoteJobs) {}

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get backends(): ReadonlyMap<string, IJobBackend> {
    return this._jobs.backends;
  }

  /** How many days are looked back. */
  days = 7;

  /** What was answered last; null: nothing yet. */
  answer: IEndedJobs | null = null;
  loading = false;
  /** Why it cannot be known, in the server's words. */
  problem = '';

  get all(): readonly IJob[] {
    return this._all;
  }

  get freshness(): Freshness {
    if (this.problem) {
      return 'error';
    }
    return this.answer ? 'fresh' : 'loading';
  }

  get(key: string): IJob | undefined {
    return this._byKey.get(key);
  }

  /** Tasks of an array: as they were listed, or else as the backend knows them. */
  async tasks(key: string): Promise<readonly IJob[]> {
    return this._members.get(key) ?? this._jobs.tasks(key);
  }

  members(key: string): readonly IJob[] | undefined {
    return this._members.get(key);
  }

  /** All that was listed, tasks of arrays one by one. */
  get single(): readonly IJob[] {
    return this.answer?.jobs ?? [];
  }

  everybody(): Promise<IEverybodysJobs> {
    return this._jobs.everybody();
  }

  /** Ask; an answer to an earlier question is dropped. */
  async load(days = this.days): Promise<void> {
    this.days = days;
    this.loading = true;
    this._changed.emit();
    try {
      const answer = await this._jobs.ended(days);
      if (days === this.days) {
        this._take(answer);
      }
    } catch (error) {
      if (days === this.days) {
        this.problem = wordsOf(error);
      }
    }
    if (days === this.days) {
      this.loading = false;
      this._changed.emit();
    }
  }

  private _take(answer: IEndedJobs): void {
    this.answer = answer;
    this.problem = '';
    const once = new Map(answer.jobs.map(job => [keyOf(job), job]));
    const { jobs, members } = collapse([...once.values()]);
    this._all = jobs;
    this._members = members;
    this._byKey = new Map([
      ...once,
      ...jobs.map(job => [keyOf(job), job] as const)
    ]);
  }

  private _all: readonly IJob[] = [];
  private _members: ReadonlyMap<string, readonly IJob[]> = new Map();
  private _byKey: ReadonlyMap<string, IJob> = new Map();
  private readonly _changed = new Signal<this, void>(this);
}
