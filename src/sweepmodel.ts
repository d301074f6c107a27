import type { TranslationBundle } from '@jupyterlab/translation';
import { VDomModel } from '@jupyterlab/ui-components';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import { UUID } from '@lumino/coreutils';
import { Debouncer } from '@lumino/polling';

import { AppAbout } from './appabout';
import type { EverestClient } from './everestclient';
import { keyOf } from './jobstore';
import { isLost } from './lost';
import type { IPicked } from './pickfiles';
import { wordsOf } from './submitdraft';
import type { ISweepDraft, ISweepRow } from './sweepdraft';
import { EMPTY_DRAFT, EMPTY_ROW, sweepRequest } from './sweepdraft';
import type { ISweepProblem, SweepField } from './sweepproblems';
import { sweepProblems } from './sweepproblems';
import { SweepSending } from './sweepsending';
import type {
  IEverestAccount,
  IEverestApp,
  IRemoteEverest,
  ISweepTrial
} from './tokens';

/** The usual application for sweeps. */
const SWEEPS = 'sol/psweep';

/** After the last change, in ms: the tasks are counted. */
const PAUSE = 300;

export interface ISweepOptions {
  readonly client: Pick<
    EverestClient,
    'sweep' | 'tryOut' | 'everestApp' | 'transfer' | 'endTransfer'
  >;
  readonly everest: Pick<
    IRemoteEverest,
    'accounts' | 'changed' | 'freshness' | 'open' | 'problem' | 'refresh'
  >;
  readonly draft: ISweepDraft;
  /** Id of a draft that comes back. */
  readonly id?: string;
  readonly trans: TranslationBundle;
}

/** A parameter sweep that is being written. */
export class SweepModel extends VDomModel {
  constructor(private readonly _options: ISweepOptions) {
    super();
    this._draft = _options.draft;
    this.id = _options.id ?? UUID.uuid4();
    this._count = new Debouncer(() => this._tryOut(), PAUSE);
    const { client, everest } = _options;
    const told = () => {
      this.stateChanged.emit();
    };
    this._about = new AppAbout(client, told);
    this.sending = new SweepSending(client, told);
    everest.changed.connect(this._onAccounts, this);
    everest.open();
    this._onAccounts();
    this._later();
  }

  /** Tells drafts apart. */
  readonly id: string;
  /** What is on its way. */
  readonly sending: SweepSending;

  /** How many tasks the draft has, when nothing is wrong with it. */
  trial: ISweepTrial | null = null;
  /** Why they could not be counted, in the server's words. */
  refusal = '';
  counting = false;
  /** Whether it was tried to submit: then also what is missing is said. */
  tried = false;
  /** How often it was wanted in vain. */
  refused = 0;
  failure: { readonly words: string; readonly lost: boolean } | null = null;
  /** Key of the job that was submitted last. */
  done = '';
  doneTasks = 0;
  /** The row whose name shall have the keyboard, and how often that was wanted. */
  wanted = { row: -1, times: 0 };

  /** Null: not known yet. */
  get accounts(): readonly IEverestAccount[] | null {
    const { accounts, freshness } = this._options.everest;
    const known = freshness !== 'loading' || accounts.length > 0;
    return known ? accounts : null;
  }

  /** Why the accounts are not known. */
  get problem(): string {
    const { accounts, problem } = this._options.everest;
    return accounts.length === 0 ? problem : '';
  }

  /** The application for sweeps; null: not known. */
  get about(): IEverestApp | null {
    return this._about.app;
  }

  /** Arguments with which the tab comes back. */
  get args(): ReadonlyPartialJSONObject {
    const draft = { ...this._draft } as unknown as ReadonlyPartialJSONObject;
    return { draft, id: this.id };
  }

  /** Whether there is something to bring back. */
  get canUndo(): boolean {
    return this._before !== null;
  }

  get draft(): ISweepDraft {
    return this._draft;
  }

  /** Whether the account of the draft is gone. */
  get away(): boolean {
    const { server } = this._draft;
    const known = this.accounts?.some(({ name }) => name === server) ?? true;
    return server !== '' && !known;
  }

  get problems(): readonly ISweepProblem[] {
    return sweepProblems(this._draft, this._options.trans);
  }

  /** What stands beside a field; empty: nothing is wrong, or it is not written yet. */
  wordsFor(field: SweepField): string {
    const found = this.problems.find(
      one => one.field === field && (this.tried || !one.missing)
    );
    return found?.words ?? '';
  }

  /** Why it cannot be submitted as it is; empty: it can. */
  get hindrance(): string {
    const { trans } = this._options;
    if (!this._draft.server || this.away) {
      return trans.__('Choose an account first.');
    }
    const [first] = this.problems;
    return first ? first.words : this._unsure ? '' : this.refusal;
  }

  /** Ask for the accounts again. */
  async load(): Promise<void> {
    await this._options.everest.refresh().catch(() => undefined);
  }

  set(change: Partial<ISweepDraft>): void {
    this._draft = { ...this._draft, ...change };
    [this.failure, this.done] = [null, ''];
    this._later();
    this.stateChanged.emit();
  }

  setRow(index: number, change: Partial<ISweepRow>): void {
    const rows = this._draft.rows.map((row, at) =>
      at === index ? { ...row, ...change } : row
    );
    this.set({ rows });
  }

  /** A new row after this one, with the keyboard in it. */
  addRow(after = this._draft.rows.length - 1): void {
    const rows = [...this._draft.rows];
    rows.splice(after + 1, 0, EMPTY_ROW);
    this._want(after + 1);
    this.set({ rows });
  }

  /** Take a row away; the keyboard goes to the one that follows. */
  removeRow(index: number): void {
    const rows = this._draft.rows.filter((_, at) => at !== index);
    this._want(Math.min(index, Math.max(0, rows.length - 1)));
    this.set({ rows: rows.length > 0 ? rows : EMPTY_DRAFT.rows });
  }

  /** Add files; one that is there already is not added again. */
  addFiles(files: readonly IPicked[]): void {
    const paths = files.map(({ path }) => path);
    if (paths.length > 0) {
      this.set({ files: [...new Set([...this._draft.files, ...paths])] });
    }
  }

  removeFile(path: string): void {
    this.set({ files: this._draft.files.filter(each => each !== path) });
  }

  reset(): void {
    this._before = this._draft;
    this.tried = false;
    this.set({ ...EMPTY_DRAFT, server: this._draft.server });
  }

  /** What stood there before it was emptied. */
  undo(): void {
    const before = this._before ?? this._draft;
    this._before = null;
    this.set(before);
  }

  /** Submit it; answers the key of the job, or empty when that failed. */
  async submit(): Promise<string> {
    this.tried = true;
    if (this.sending.busy || this.hindrance) {
      this.refused += 1;
      this.stateChanged.emit();
      return '';
    }
    [this.failure, this.done] = [null, ''];
    const { server } = this._draft;
    try {
      const made = await this.sending.send(server, sweepRequest(this._draft));
      [this.done, this.doneTasks] = [keyOf(made), made.tasks];
      [this.tried, this._before] = [false, null];
    } catch (error) {
      this.failure = this.sending.failure(error, this._options.trans);
    }
    this.stateChanged.emit();
    return this.done;
  }

  override dispose(): void {
    if (!this.isDisposed) {
      this._options.everest.changed.disconnect(this._onAccounts, this);
      this._count.dispose();
      this._about.dispose();
      this.sending.cancel();
      super.dispose();
    }
  }

  private readonly _onAccounts = (): void => {
    const [first] = this.accounts ?? [];
    if (first && !this._draft.server) {
      this._draft = { ...this._draft, server: first.name };
      this._later();
    }
    this.stateChanged.emit();
  };

  private _want(row: number): void {
    this.wanted = { row, times: this.wanted.times + 1 };
  }

  /** What was counted holds no more. */
  private _later(): void {
    this._about.want(this._draft.server, this._draft.app.trim() || SWEEPS);
    [this.trial, this.refusal, this._unsure] = [null, '', false];
    this.counting = this.problems.length === 0 && this._draft.server !== '';
    if (this.counting && !this.isDisposed) {
      void this._count.invoke().catch(() => undefined);
    }
  }

  private async _tryOut(): Promise<void> {
    const asked = this._draft;
    if (!this.counting) {
      return;
    }
    let trial: ISweepTrial | null = null;
    let refusal = '';
    let unsure = false;
    try {
      const { client } = this._options;
      trial = await client.tryOut(asked.server, sweepRequest(asked));
    } catch (error) {
      [refusal, unsure] = [wordsOf(error), isLost(error)];
    }
    if (asked === this._draft && !this.isDisposed) {
      [this.trial, this.refusal, this.counting] = [trial, refusal, false];
      this._unsure = unsure;
      this.stateChanged.emit();
    }
  }

  private _draft: ISweepDraft;
  /** Whether nobody answered when the tasks were counted: that forbids nothing. */
  private _unsure = false;
  private readonly _count: Debouncer;
  private readonly _about: AppAbout;
  /** What stood there before it was emptied. */
  private _before: ISweepDraft | null = null;
}
