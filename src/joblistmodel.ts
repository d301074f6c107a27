import type { TranslationBundle } from '@jupyterlab/translation';
import type { IDisposable } from '@lumino/disposable';
import { Poll } from '@lumino/polling';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';

import type { JobDesk } from './jobdesk';
import { Groups, rowsOf } from './jobgroups';
import type { IRow } from './jobgroups';
import { sorted } from './joborder';
import { keyOf } from './jobstore';
import { matchingJobs } from './jobview';
import type { ISelection } from './selection';
import { NOTHING } from './selection';
import type { IEverybodysJobs, IJob, IRemoteJobs } from './tokens';

/** While everybody's jobs are shown they are asked for this often, in ms. */
const EVERYBODY = 15_000;

/** Where the jobs of a list come from. */
export interface IListedJobs extends Pick<
  IRemoteJobs,
  'all' | 'backends' | 'everybody' | 'freshness' | 'get' | 'problem' | 'tasks'
> {
  readonly changed: ISignal<unknown, void>;
  /** The members of an array, where they are known without asking. */
  members?(key: string): readonly IJob[] | undefined;
}

/** What one list of jobs shows: whose, which, in what order; what is selected. */
export class JobListModel<
  T extends IListedJobs = IRemoteJobs
> implements IDisposable {
  constructor(
    readonly jobs: T,
    readonly desk: JobDesk,
    private readonly _trans: TranslationBundle,
    visible: () => boolean
  ) {
    this.groups = new Groups(key => jobs.tasks(key));
    this._poll = new Poll({
      auto: false,
      factory: () => this._askEverybody(),
      frequency: { interval: EVERYBODY, backoff: true, max: 4 * EVERYBODY },
      name: 'jupyterlab-remote:everybodys-jobs',
      standby: () => (this._everybody && visible() ? 'when-hidden' : true)
    });
    jobs.changed.connect(this._onJobs, this);
    desk.changed.connect(this._onChange, this);
    desk.acted.connect(this._onActed, this);
    this.groups.changed.connect(this._onBeside, this);
  }

  readonly groups: Groups;

  /** Emitted when anything is different. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get isDisposed(): boolean {
    return this._poll.isDisposed;
  }

  /** All jobs that the list is about, whatever is filtered. */
  get all(): readonly IJob[] {
    return this._everybody ? this._merged() : this.jobs.all;
  }

  /** The words that the list is filtered by. */
  get wanted(): string {
    return this._wanted;
  }

  set wanted(wanted: string) {
    this._wanted = wanted;
    this._onChange();
  }

  get selection(): ISelection {
    return this._selection;
  }

  set selection(selection: ISelection) {
    if (selection !== this._selection) {
      this._selection = selection;
      this._changed.emit();
    }
  }

  /** Whether other people's jobs are shown too. */
  get everybody(): boolean {
    return this._everybody;
  }

  set everybody(everybody: boolean) {
    this._everybody = everybody;
    this._others = null;
    this._problem = '';
    this._onBeside();
    this.refresh();
  }

  /** What was answered about everybody's jobs; null: nothing yet. */
  get others(): IEverybodysJobs | null {
    return this._others;
  }

  /** Why everybody's jobs cannot be shown, in the server's words. */
  get problem(): string {
    return this._problem;
  }

  isMine(job: IJob): boolean {
    return !this._everybody || this._mine().has(whose(job));
  }

  /** What matches the filter: jobs and arrays, not the members of these. */
  get matched(): readonly IJob[] {
    return this.rows.filter(({ parent }) => !parent).map(({ job }) => job);
  }

  /** The same, arrays as those of their members that match, or else all of them. */
  get single(): readonly IJob[] {
    return this.matched.flatMap(job => {
      const members = this.jobs.members?.(keyOf(job)) ?? [job];
      const found = this._matching(members);
      return found.length > 0 ? found : members;
    });
  }

  /** The rows as they are shown. */
  get rows(): readonly IRow[] {
    this._rows ??= this._makeRows();
    return this._rows;
  }

  /** Keys of rows that can be selected, as they are shown. */
  get keys(): readonly string[] {
    this._keys ??= this.rows.filter(({ note }) => !note).map(({ key }) => key);
    return this._keys;
  }

  /** Selected jobs that are shown; without the members of selected arrays. */
  get chosen(): readonly IJob[] {
    const { keys } = this._selection;
    return keys.size === 0
      ? []
      : this.rows
          .filter(({ key, note }) => !note && keys.has(key))
          .filter(({ parent }) => !keys.has(parent))
          .map(({ job }) => job);
  }

  /** Somebody looks again. */
  refresh(): void {
    if (this._everybody) {
      void this._poll.refresh();
    }
  }

  dispose(): void {
    this.jobs.changed.disconnect(this._onJobs, this);
    this.desk.changed.disconnect(this._onChange, this);
    this.desk.acted.disconnect(this._onActed, this);
    this._poll.dispose();
    this.groups.dispose();
    this.desk.note(this, []);
    Signal.clearData(this);
  }

  private _makeRows(): readonly IRow[] {
    const { all } = this;
    const found = new Set(this._matching(all));
    const members = (key: string) =>
      this.jobs.members?.(key) ?? this.groups.members(key)?.jobs ?? [];
    const shown = all.filter(
      job => found.has(job) || this._matching(members(keyOf(job))).length > 0
    );
    const { order } = this.desk;
    return rowsOf(this.groups, sorted(shown, order), order, this._matching);
  }

  private readonly _matching = (jobs: readonly IJob[]): readonly IJob[] =>
    matchingJobs(jobs, this._wanted, this._trans);

  /** Everybody's jobs; my own as they are known best. */
  private _merged(): readonly IJob[] {
    const mine = this._mine();
    const others = this._others?.jobs.filter(job => !mine.has(whose(job)));
    return [...this.jobs.all, ...(others ?? [])];
  }

  private _mine(): ReadonlySet<string> {
    this._owners ??= new Set(this.jobs.all.map(whose));
    return this._owners;
  }

  private async _askEverybody(): Promise<void> {
    try {
      const others = await this.jobs.everybody();
      this._others = this._everybody ? others : null;
      this._problem = '';
    } catch (error) {
      this._problem = error instanceof Error ? error.message : String(error);
      throw error;
    } finally {
      this._onBeside();
    }
  }

  private readonly _onJobs = (): void => {
    this.groups.update(
      key =>
        this.jobs.get(key) ?? this._others?.jobs.find(job => keyOf(job) === key)
    );
    this._onChange();
  };

  private readonly _onActed = (_: JobDesk, jobs: readonly IJob[]): void => {
    const arrays = jobs.filter(({ array }) => array !== '');
    this.groups.again(
      new Set(
        arrays.map(({ backend, array }) => keyOf({ backend, job_id: array }))
      )
    );
  };

  /** Commands find there what is not in the list of all. */
  private readonly _onBeside = (): void => {
    if (!this.isDisposed) {
      const others = this._others?.jobs ?? [];
      this.desk.note(this, [...others, ...this.groups.all]);
    }
    this._onChange();
  };

  private readonly _onChange = (): void => {
    this._rows = null;
    this._keys = null;
    this._owners = null;
    this._changed.emit();
  };

  private readonly _changed = new Signal<this, void>(this);
  private _everybody = false;
  private _keys: readonly string[] | null = null;
  private _others: IEverybodysJobs | null = null;
  private _owners: ReadonlySet<string> | null = null;
  private readonly _poll: Poll;
  private _problem = '';
  private _rows: readonly IRow[] | null = null;
  private _selection: ISelection = NOTHING;
  private _wanted = '';
}

/** Whose job it is. */
function whose({ backend, user }: IJob): string {
  return `${backend}/${user}`;
}
