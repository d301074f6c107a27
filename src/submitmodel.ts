import { VDomModel } from '@jupyterlab/ui-components';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import { UUID } from '@lumino/coreutils';

import { isLost, reasonOf } from './lost';
import { choose, offered, optionsOf, problems } from './offers';
import type { Texts } from './offers';
import type { IDraft, IFailure, ISubmitOptions } from './submitdraft';
import { labelOf, requestOf, textsOf, wordsOf } from './submitdraft';
import { hindranceWords } from './submitwords';
import type { IJobRequest, IOffers, ITrial, JobOption } from './tokens';

/** A job that is being written. */
export class SubmitModel extends VDomModel {
  constructor(private readonly _options: ISubmitOptions) {
    super();
    const { jobs, memory, draft } = _options;
    this._draft = draft;
    this.id = _options.id ?? UUID.uuid4();
    jobs.open();
    void Promise.all([jobs.ready, memory.ready]).then(() => {
      if (!this.isDisposed) {
        jobs.changed.connect(this._onJobs, this);
        this._onJobs();
      }
    });
  }

  /** Tells drafts apart. */
  readonly id: string;

  /** What is offered; null while it is not known. */
  offers: IOffers | null = null;
  /** Why it is not known what is offered. */
  problem = '';
  /** What is offered is not known, but the server answers: the script says all. */
  blind = false;
  busy: '' | 'submit' | 'test' = '';
  /** Fields that the last change emptied, and what stood there. */
  cleared: Texts = {};
  failure: IFailure | null = null;
  trial: ITrial | null = null;
  /** Key of the job that was submitted last. */
  done = '';

  /** Backends that take jobs. */
  get backends(): readonly string[] {
    return [...this._options.jobs.backends]
      .filter(([, { can }]) => can.includes('submit'))
      .map(([name]) => name);
  }

  /** Whether the list of backends is known. */
  get ready(): boolean {
    return this._options.jobs.freshness !== 'loading';
  }

  /** Whether the chosen backend takes no jobs now, or no longer exists. */
  get away(): boolean {
    return this.backend !== '' && !this.backends.includes(this.backend);
  }

  get canTest(): boolean {
    const backend = this._options.jobs.backends.get(this.backend);
    return backend?.can.includes('test') ?? false;
  }

  get draft(): IDraft {
    return this.offers ? { ...this._draft, options: this._texts } : this._draft;
  }

  /** Arguments with which the tab comes back. */
  get args(): ReadonlyPartialJSONObject {
    return { ...this.draft, draft: this.id };
  }

  get backend(): string {
    return this._draft.backend;
  }

  get texts(): Texts {
    return this._texts;
  }

  get script(): string {
    return this._draft.script ?? this.offers?.script ?? '';
  }

  /** Names of the fields with something wrong. */
  get wrong(): readonly string[] {
    return this.offers ? problems(this.offers, this.texts) : [];
  }

  /** Why it cannot be submitted as it is; empty: it can. */
  get hindrance(): string {
    return hindranceWords(this, this._options.trans);
  }

  /** Another backend; a new script gets what was last used there. */
  setBackend(backend: string): void {
    const { script } = this._draft;
    const untouched = script === null || script === this.offers?.script;
    // A script that exists says itself what it wants.
    const fresh = { options: null, script: null };
    this._edit({ backend, ...(untouched ? fresh : { options: {} }) });
    void this.load();
  }

  setName(name: string): void {
    this._edit({ name });
  }

  setFolder(folder: string): void {
    this._edit({ folder });
  }

  setScript(script: string): void {
    if (script !== this.script) {
      this._edit({ script });
    }
  }

  /** Write into a field; what cannot go with a new choice is emptied, visibly. */
  setText(name: string, value: string): void {
    if (!this.offers) {
      return;
    }
    const before = this.texts;
    const { texts, cleared } = choose(this.offers, before, name, value);
    this._texts = texts;
    this._edit({ options: texts });
    this._tellCleared(before, cleared);
  }

  /** All fields and the script as they are for a new job. */
  reset(): void {
    this._before = [this._draft, this._texts];
    this._texts = {};
    this._edit({ name: '', script: null, options: {} });
    this.done = '';
    this.scriptReplaced += 1;
    this.stateChanged.emit();
  }

  /** Whether there is something to bring back. */
  get canUndo(): boolean {
    return this._before !== null;
  }

  /** What stood there before it was emptied; the backend stays. */
  undo(): void {
    const [draft, texts] = this._before ?? [this._draft, this._texts];
    this._before = null;
    this._texts = draft.backend === this.backend ? texts : this._texts;
    this.scriptReplaced += 1;
    this._edit({ ...draft, backend: this.backend });
  }

  /** Counts how often the script was replaced from outside the editor. */
  scriptReplaced = 0;

  /** Ask what the backend offers. */
  async load(): Promise<void> {
    const { backend } = this;
    const { jobs, memory } = this._options;
    [this.offers, this.problem, this.blind] = [null, '', false];
    this.stateChanged.emit();
    try {
      const offers = await jobs.offers(backend);
      const given = this._draft.options ?? (await memory.of(backend));
      if (backend === this.backend && !this.isDisposed) {
        this._take(offers, given);
      }
    } catch (error) {
      if (backend === this.backend) {
        this.problem = wordsOf(error);
        this.blind = reasonOf(error) !== '';
      }
    }
    this.stateChanged.emit();
  }

  /** Submit it; answers the key of the job, or empty when that failed. */
  async submit(): Promise<string> {
    const { jobs, memory } = this._options;
    let key = '';
    await this._ask('submit', async () => {
      // The user may go on writing before the answer comes.
      const { backend, texts, offers } = this;
      const request = this._request();
      key = await jobs.submit(request);
      [this.done, this._before] = [key, null];
      await (offers && memory.keep(backend, texts));
      await memory.keepRequest(key, request.options ?? {});
    });
    return key;
  }

  /** Ask when it would start. */
  async test(): Promise<void> {
    await this._ask('test', async () => {
      const asked = this._draft;
      const trial = await this._options.jobs.test(this._request());
      this.trial = asked === this._draft ? trial : null;
    });
  }

  override dispose(): void {
    if (!this.isDisposed) {
      this._options.jobs.changed.disconnect(this._onJobs, this);
      super.dispose();
    }
  }

  private async _ask(
    asked: 'submit' | 'test',
    run: () => Promise<void>
  ): Promise<void> {
    if (this.busy || this.hindrance) {
      return;
    }
    this.busy = asked;
    [this.failure, this.trial, this.done] = [null, null, ''];
    this.stateChanged.emit();
    try {
      await run();
    } catch (error) {
      const lost = asked === 'submit' && isLost(error);
      this.failure = { asked, words: wordsOf(error), lost };
    } finally {
      this.busy = '';
      this.stateChanged.emit();
    }
  }

  private _request(): IJobRequest {
    const options = this.offers ? optionsOf(this.offers, this.texts) : {};
    return requestOf(this._draft, this.script, options);
  }

  private _take(
    offers: IOffers,
    given: Readonly<Record<string, JobOption>>
  ): void {
    const texts = textsOf(offers, given);
    const kept = offered(offers, texts);
    this.offers = offers;
    this._texts = kept.texts;
    this.scriptReplaced += this._draft.script === null ? 1 : 0;
    this._tellCleared(texts, kept.cleared);
  }

  private _tellCleared(before: Texts, names: readonly string[]): void {
    this.cleared = Object.fromEntries(
      names.map(name => [name, labelOf(this.offers, name, before[name] ?? '')])
    );
    this.stateChanged.emit();
  }

  /** What was said of the form as it was holds no more. */
  private _edit(change: Partial<IDraft>): void {
    this._draft = { ...this._draft, ...change };
    [this.failure, this.trial, this.cleared] = [null, null, {}];
    this.stateChanged.emit();
  }

  private readonly _onJobs = (): void => {
    const [first] = this.backends;
    // What was written for one backend is never sent to another.
    if (first !== undefined && this.backend === '') {
      const last = this._options.memory.backend;
      const backend = this.backends.includes(last) ? last : first;
      this._draft = { ...this._draft, backend };
    }
    const back = this._wasAway && !this.away && !this.offers;
    this._wasAway = this.away;
    if (first !== undefined && (!this._asked || back)) {
      this._asked = true;
      void this.load();
    }
    this.stateChanged.emit();
  };

  private _asked = false;
  private _wasAway = false;
  private _draft: IDraft;
  private _texts: Texts = {};
  /** What stood there before it was emptied. */
  private _before: readonly [IDraft, Texts] | null = null;
}
