import type { TranslationBundle } from '@jupyterlab/translation';
import { VDomModel } from '@jupyterlab/ui-components';

import { durationText, parseDuration } from './durations';
import { livesWithin, namesIn } from './shareview';
import { wordsOf } from './submitdraft';
import type { IRemoteShares, IShare, IShareRequest } from './tokens';

/** Of the lives that are offered: one day, or the longest that is shorter. */
const USUAL = 86_400;

/** What the user has chosen so far. */
export interface IShareDraft {
  /** In seconds; null: as `own` says. */
  readonly life: number | null;
  readonly own: string;
  readonly once: boolean;
  /** Whether only those named in `names` may open it. */
  readonly named: boolean;
  readonly names: string;
  readonly follow: boolean;
  readonly outputs: boolean;
  readonly carry: ReadonlySet<string>;
  /** Whether the notebook is saved first. */
  readonly save: boolean;
}

/** A share that is being made. */
export class ShareModel extends VDomModel {
  constructor(private readonly _options: IShareModelOptions) {
    super();
    const { limits } = _options.shares;
    const lives = livesWithin(limits);
    this._draft = {
      life: lives.filter(life => life <= USUAL).at(-1) ?? lives[0] ?? USUAL,
      own: '',
      once: false,
      named: false,
      names: '',
      follow: true,
      outputs: true,
      carry: new Set(['kernel', ...Object.keys(limits.options.server ?? {})]),
      save: _options.save !== null
    };
  }

  get shares(): IRemoteShares {
    return this._options.shares;
  }

  get path(): string {
    return this._options.path;
  }

  /** Display name of the notebook's kernel; empty: not known here. */
  get kernel(): string {
    return this._options.kernel;
  }

  /** Whether the notebook has changes that are not saved. */
  get unsaved(): boolean {
    return this._options.save !== null;
  }

  get draft(): IShareDraft {
    return this._draft;
  }

  set(change: Partial<IShareDraft>): void {
    this._draft = { ...this._draft, ...change };
    this._problem = '';
    this.stateChanged.emit();
  }

  setCarry(key: string, carried: boolean): void {
    const carry = new Set(this._draft.carry);
    if (carried) {
      carry.add(key);
    } else {
      carry.delete(key);
    }
    this.set({ carry });
  }

  /** Users who may open it; empty: everybody with the link. */
  get users(): readonly string[] {
    return this._draft.named ? namesIn(this._draft.names) : [];
  }

  /** How long it lives, in seconds; null: that cannot be read. */
  get life(): number | null {
    return this._draft.life ?? parseDuration(this._draft.own);
  }

  /** What is wrong with the draft; empty: nothing. */
  get doubt(): string {
    const { trans, shares } = this._options;
    const { life } = this;
    const most = shares.limits.expires_in;
    if (life === null || life < 60) {
      return trans.__('Write how long, such as 12 h or 3 d.');
    }
    if (most !== null && life > most) {
      return trans.__('The longest time here is %1.', durationText(most));
    }
    return this._draft.named && this.users.length === 0
      ? trans.__('Write the name of at least one user.')
      : '';
  }

  /** Whether what is wrong is shown: not before it was tried. */
  get tried(): boolean {
    return this._tried;
  }

  get busy(): boolean {
    return this._busy;
  }

  /** Why it could not be made, for people. */
  get problem(): string {
    return this._problem;
  }

  /** Make it; null when that failed. */
  async create(): Promise<IShare | null> {
    this._tried = true;
    if (this._busy || this.doubt) {
      this.stateChanged.emit();
      return null;
    }
    this._busy = true;
    this._problem = '';
    this.stateChanged.emit();
    try {
      if (this._draft.save) {
        await this._options.save?.();
      }
      return await this.shares.share(this._request());
    } catch (error) {
      this._problem = wordsOf(error);
      return null;
    } finally {
      this._busy = false;
      if (!this.isDisposed) {
        this.stateChanged.emit();
      }
    }
  }

  private _request(): IShareRequest {
    const { once, follow, outputs, carry } = this._draft;
    const users = this.users;
    return {
      path: this.path,
      expires_in: this.life ?? USUAL,
      once,
      follow,
      outputs,
      carry: [...carry],
      ...(users.length > 0 ? { users } : {})
    };
  }

  private _busy = false;
  private _draft: IShareDraft;
  private _problem = '';
  private _tried = false;
}

/** Options of the model. */
export interface IShareModelOptions {
  readonly shares: IRemoteShares;
  readonly path: string;
  readonly kernel: string;
  /** Save the notebook; null: there is nothing to save. */
  readonly save: (() => Promise<void>) | null;
  readonly trans: TranslationBundle;
}
