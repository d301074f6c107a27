import type { TranslationBundle } from '@jupyterlab/translation';
import { VDomModel } from '@jupyterlab/ui-components';

import type { EverestClient } from './everestclient';
import { fileKey } from './everestfiles';
import type { ChosenFile } from './everestfiles';
import type { EverestMemory } from './everestmemory';
import { EMPTY_DRAFT, faults, pathsOf, scriptOf } from './everestports';
import type { IAppDraft } from './everestports';
import { TransferCancelled } from './everesttransfer';
import { Uploads } from './everestuploads';
import { isLost } from './lost';
import { wordsOf } from './submitdraft';
import type {
  IEverestAccount,
  IEverestApp,
  IEverestPort,
  IRemoteJobs
} from './tokens';

/** Why it was not submitted. */
export interface IAppFailure {
  readonly words: string;
  /** The answer was lost: the job may exist. */
  readonly lost: boolean;
}

/** What the form of an application needs. */
export interface IAppFormOptions {
  readonly client: EverestClient;
  readonly jobs: Pick<IRemoteJobs, 'submit'>;
  readonly memory: EverestMemory;
  readonly account: IEverestAccount;
  readonly app: IEverestApp;
  readonly draft: IAppDraft;
  /** Names of inputs that were given and that it does not have. */
  readonly unknown?: readonly string[];
  /** Names of secret inputs that were given, and that nothing shows. */
  readonly hidden?: readonly string[];
  /** Whether the draft was written here, and comes back. */
  readonly written?: boolean;
  readonly trans: TranslationBundle;
}

/** A job of an application that is being written. */
export class AppFormModel extends VDomModel {
  constructor(private readonly _options: IAppFormOptions) {
    super();
    this._draft = _options.draft;
    this.unknown = _options.unknown ?? [];
    this.hidden = _options.hidden ?? [];
    const { client, account } = _options;
    const changed = () => {
      this.stateChanged.emit();
    };
    this.uploads = new Uploads({ client, server: account.name, changed });
  }

  readonly uploads: Uploads;
  readonly unknown: readonly string[];
  readonly hidden: readonly string[];
  busy: '' | 'upload' | 'submit' = '';
  /** Whether somebody wanted to submit it as it is. */
  tried = false;
  /** How often it was wanted in vain, as something was missing or wrong. */
  refused = 0;
  failure: IAppFailure | null = null;
  /** Key of the job that was submitted last. */
  done = '';

  get account(): IEverestAccount {
    return this._options.account;
  }

  get app(): IEverestApp {
    return this._options.app;
  }

  get draft(): IAppDraft {
    return this._draft;
  }

  /** Whether something was written here. */
  get written(): boolean {
    return (
      this._options.written === true || this._draft !== this._options.draft
    );
  }

  /** Whether there is something to bring back. */
  get canUndo(): boolean {
    return this._before !== null;
  }

  /** Inputs that keep it from being submitted. */
  get wrong(): readonly IEverestPort[] {
    const names = faults(this.app, this._draft, this._options.trans);
    return this.app.inputs.filter(({ name }) => names.includes(name));
  }

  setText(name: string, text: string): void {
    this._edit({ texts: { ...this._draft.texts, [name]: text } });
  }

  setName(name: string): void {
    this._edit({ name });
  }

  setResources(resources: string): void {
    this._edit({ resources });
  }

  /** Give files to an input; where one is asked for, the last one counts. */
  addFiles({ name, type }: IEverestPort, files: readonly ChosenFile[]): void {
    if (files.length === 0) {
      return;
    }
    const before = this._draft.files[name] ?? [];
    const all = new Map([...before, ...files].map(one => [fileKey(one), one]));
    const kept = type === 'array' ? [...all.values()] : files.slice(-1);
    this._setFiles(name, kept);
  }

  removeFile(name: string, file: ChosenFile): void {
    const before = this._draft.files[name] ?? [];
    this._setFiles(
      name,
      before.filter(one => fileKey(one) !== fileKey(file))
    );
  }

  reset(): void {
    this._before = this._draft;
    this._replace(EMPTY_DRAFT);
  }

  undo(): void {
    if (this._before) {
      const before = this._before;
      this._before = null;
      this._replace(before);
    }
  }

  /** Send the files and submit it; answers the key of the job, or empty. */
  async submit(): Promise<string> {
    if (this.busy) {
      return '';
    }
    this.tried = true;
    [this.failure, this.done] = [null, ''];
    if (this.wrong.length === 0) {
      await this._attempt();
    } else {
      this.refused += 1;
    }
    this.stateChanged.emit();
    return this.done;
  }

  override dispose(): void {
    if (!this.isDisposed) {
      this.uploads.cancel();
      super.dispose();
    }
  }

  private async _attempt(): Promise<void> {
    const { app, account, jobs, memory } = this._options;
    // The user may go on writing before the answer comes.
    const draft = this._draft;
    const name = draft.name.trim();
    try {
      this._setBusy('upload');
      const uris = await this.uploads.send(pathsOf(app, draft));
      this._setBusy('submit');
      this.done = await jobs.submit({
        backend: account.backend,
        script: scriptOf(app, draft, uris),
        ...(name && { name })
      });
      this.uploads.clear();
      [this.tried, this._before] = [false, null];
      await memory.keep(app, draft);
    } catch (error) {
      this.failure = this._failureOf(error);
    } finally {
      this._setBusy('');
    }
  }

  private _failureOf(error: unknown): IAppFailure {
    const { trans } = this._options;
    if (error instanceof TransferCancelled) {
      const words = trans.__('Sending %1 was cancelled.', error.message);
      return { words, lost: false };
    }
    const lost = this.busy === 'submit' && isLost(error);
    return { words: wordsOf(error), lost };
  }

  private _setBusy(busy: AppFormModel['busy']): void {
    this.busy = busy;
    this.stateChanged.emit();
  }

  private _setFiles(name: string, files: readonly ChosenFile[]): void {
    this._edit({ files: { ...this._draft.files, [name]: files } });
  }

  private _replace(draft: IAppDraft): void {
    this.uploads.clear();
    [this.done, this.tried] = ['', false];
    this._edit(draft);
  }

  /** What was said of the form as it was holds no more. */
  private _edit(change: Partial<IAppDraft>): void {
    this._draft = { ...this._draft, ...change };
    this.failure = null;
    this.stateChanged.emit();
  }

  private _draft: IAppDraft;
  /** What stood there before it was emptied. */
  private _before: IAppDraft | null = null;
}
