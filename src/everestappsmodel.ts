import type { TranslationBundle } from '@jupyterlab/translation';
import { VDomModel } from '@jupyterlab/ui-components';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import { UUID } from '@lumino/coreutils';
import { Debouncer } from '@lumino/polling';

import type { EverestClient } from './everestclient';
import type { EverestMemory } from './everestmemory';
import { AppFormModel } from './everestmodel';
import type { IAppFormOptions } from './everestmodel';
import { draftFrom } from './everestports';
import type { IAppDraft } from './everestports';
import { withoutSecrets } from './everestsecrets';
import { wordsOf } from './submitdraft';
import type {
  IEverestAccount,
  IEverestApp,
  IEverestAppRow,
  IRemoteEverest,
  IRemoteJobs
} from './tokens';

/** How long after the last letter is searched, in ms. */
const SEARCH = 300;

/** What a form is filled in with. */
export interface IFilling {
  /** Values by name. */
  readonly inputs?: ReadonlyPartialJSONObject;
  /** Name of the job. */
  readonly name?: string;
  /** Ids of resources that may run it. */
  readonly resources?: readonly string[];
  /** Names of inputs that had a value, which nothing shows. */
  readonly hidden?: readonly string[];
  /** What stood there before the page was loaded anew. */
  readonly draft?: IAppDraft;
}

/** What the tab of an account's applications needs. */
export interface IAppsOptions {
  readonly client: EverestClient;
  readonly everest: IRemoteEverest;
  readonly jobs: Pick<IRemoteJobs, 'submit'>;
  readonly memory: EverestMemory;
  /** Name of the account. */
  readonly server: string;
  /** Id of a tab that comes back. */
  readonly id?: string;
  readonly trans: TranslationBundle;
}

/** The applications of an account, and the form of the one that is chosen. */
export class AppsModel extends VDomModel {
  constructor(private readonly _options: IAppsOptions) {
    super();
    this.id = _options.id ?? UUID.uuid4();
    this.server = _options.server;
    _options.everest.changed.connect(this._onAccounts, this);
    this._onAccounts();
    this._looking = this._look();
  }

  /** Tells tabs apart. */
  readonly id: string;
  readonly server: string;

  search = '';
  /** Those that were found; null: not known. */
  apps: readonly IEverestAppRow[] | null = null;
  /** Why they are not known. */
  problem = '';
  /** Alias or id of the one that is shown. */
  chosen = '';
  form: AppFormModel | null = null;
  /** Why it cannot be shown. */
  appProblem = '';

  /** Arguments with which the tab comes back, with what is written in its forms. */
  get args(): ReadonlyPartialJSONObject {
    const { server, chosen, id } = this;
    const { [chosen]: draft, ...drafts } = this._drafts;
    return {
      server,
      tab: id,
      ...(chosen && { app: chosen }),
      ...(draft && { draft }),
      ...(Object.keys(drafts).length > 0 && { drafts })
    };
  }

  /** What was written in forms that are not shown yet. */
  remember(drafts: ReadonlyMap<string, IAppDraft>): void {
    drafts.forEach((draft, app) => {
      this._fillings.set(app, { draft });
    });
  }

  get account(): IEverestAccount | undefined {
    return this._options.everest.get(this.server);
  }

  /** Whether the account is gone for certain. */
  get gone(): boolean {
    return this._looked && !this.account;
  }

  setSearch(search: string): void {
    this.search = search;
    this.stateChanged.emit();
    void this._searching.invoke().catch(() => undefined);
  }

  /** Ask for the applications whose name has the words. */
  async load(): Promise<void> {
    const { client } = this._options;
    const turn = ++this._turn;
    try {
      const apps = await client.everestApps(this.server, this.search.trim());
      this._found(turn, apps, '');
    } catch (error) {
      this._found(turn, null, wordsOf(error));
    }
  }

  /**
   * Show an application; a form that was begun comes back. What it shall be
   * filled in with is not lost when the server cannot be asked now.
   */
  async choose(app: string, given?: IFilling): Promise<void> {
    const filling = given ?? this._fillings.get(app) ?? {};
    this._fillings.set(app, filling);
    this.chosen = app;
    this.appProblem = '';
    this.form = this._forms.get(app) ?? null;
    this.stateChanged.emit();
    if (this.form) {
      return;
    }
    try {
      const form = await this._begin(app, filling);
      if (this.isDisposed || this._forms.has(app)) {
        form.dispose();
        return;
      }
      this._forms.set(app, form);
      this._fillings.delete(app);
      form.stateChanged.connect(this._onForm, this);
      this.form = app === this.chosen ? form : this.form;
    } catch (error) {
      this.appProblem = app === this.chosen ? wordsOf(error) : this.appProblem;
    }
    this.stateChanged.emit();
  }

  override dispose(): void {
    if (!this.isDisposed) {
      this._options.everest.changed.disconnect(this._onAccounts, this);
      this._searching.dispose();
      this._forms.forEach(form => {
        form.dispose();
      });
      super.dispose();
    }
  }

  /** What is written in each form, without secrets; of untouched ones nothing. */
  private get _drafts(): ReadonlyPartialJSONObject {
    const waiting = [...this._fillings].flatMap(([app, { draft }]) =>
      draft ? [[app, draft] as const] : []
    );
    const shown = [...this._forms]
      .filter(([, form]) => form.written || form === this.form)
      .map(
        ([app, form]) => [app, withoutSecrets(form.app, form.draft)] as const
      );
    return Object.fromEntries([...waiting, ...shown]) as unknown as Readonly<
      Record<string, ReadonlyPartialJSONObject>
    >;
  }

  private async _begin(name: string, filling: IFilling): Promise<AppFormModel> {
    const { client, memory, trans } = this._options;
    await this._looking;
    const { account } = this;
    if (!account) {
      throw new Error(trans.__('There is no account %1.', this.server));
    }
    const app = await client.everestApp(this.server, name);
    const filled = await this._filled(app, filling);
    return new AppFormModel({
      ...this._options,
      account,
      app,
      memory,
      ...filled
    });
  }

  private async _filled(
    app: IEverestApp,
    { inputs, name, resources = [], hidden = [], draft }: IFilling
  ): Promise<
    Pick<IAppFormOptions, 'draft' | 'unknown' | 'hidden' | 'written'>
  > {
    if (draft) {
      return { draft, written: true };
    }
    if (!inputs) {
      const last = await this._options.memory.of(app);
      return { draft: { ...last, name: name ?? '' } };
    }
    const filled = draftFrom(app, inputs);
    const more = { name: name ?? '', resources: resources.join(' ') };
    return { ...filled, draft: { ...filled.draft, ...more }, hidden };
  }

  /** An account that is not known may have been added elsewhere just now. */
  private async _look(): Promise<void> {
    const { everest } = this._options;
    await everest.ready;
    if (!this.account) {
      await everest.list().catch(() => undefined);
    }
    this._looked = everest.freshness === 'fresh';
    this.stateChanged.emit();
  }

  private _found(
    turn: number,
    apps: readonly IEverestAppRow[] | null,
    problem: string
  ): void {
    if (turn === this._turn && !this.isDisposed) {
      [this.apps, this.problem] = [apps ?? this.apps, problem];
      this.stateChanged.emit();
    }
  }

  private readonly _onForm = (): void => {
    this.stateChanged.emit();
  };

  /** With a new token what failed may work. */
  private readonly _onAccounts = (): void => {
    const created = this.account?.created;
    if (created !== this._created) {
      this._created = created;
      if (created !== undefined) {
        void this.load();
        if (this.appProblem) {
          void this.choose(this.chosen);
        }
      }
    }
    this.stateChanged.emit();
  };

  private _created: string | undefined;
  private _looked = false;
  private readonly _looking: Promise<void>;
  private readonly _forms = new Map<string, AppFormModel>();
  /** What forms that are not there yet shall be filled in with. */
  private readonly _fillings = new Map<string, IFilling>();
  private readonly _searching = new Debouncer(() => this.load(), SEARCH);
  private _turn = 0;
}
