import type { TranslationBundle } from '@jupyterlab/translation';
import { VDomModel } from '@jupyterlab/ui-components';

import { reasonOf } from './lost';
import type { ShareClient } from './shareclient';
import { kernelHere } from './sharekernels';
import { linkAddress } from './shareroute';
import { awayWords, toldAbroad } from './sharetold';
import { wordsOf } from './submitdraft';
import type {
  IDescription,
  IDifference,
  IReceived,
  IRemoteShares,
  IShareKernel
} from './tokens';

/** How far it is: a foreign place is asked only when the user says so. */
export type ImportPhase = 'looking' | 'ask' | 'there' | 'failed';

/** What is being done now. */
export type ImportBusy = '' | 'copy' | 'second' | 'difference' | 'download';

/** What a link leads to, and what is done with it. */
export class ImportModel extends VDomModel {
  constructor(private readonly _options: IImportOptions) {
    super();
    const { link, page } = _options;
    this.url = linkAddress(link, page);
    this._folder = _options.folder;
  }

  /** Where the link leads; null: it is none. */
  readonly url: URL | null;

  get phase(): ImportPhase {
    return this._phase;
  }

  get busy(): ImportBusy {
    return this._busy;
  }

  /** Why it failed, for people. */
  get problem(): string {
    return this._problem;
  }

  /** Whether another place than this server and its hub keeps it. */
  get foreign(): boolean {
    return this._foreign;
  }

  get description(): IDescription | null {
    return this._description;
  }

  /** The copy that was made here last. */
  get made(): IReceived | null {
    return this._made;
  }

  /** Copies that the user has already. */
  get mine(): readonly IReceived[] {
    return (this._description?.mine ?? []).filter(({ path }) => path !== '');
  }

  /** Whether the sender's server ran with other options than this one, and the hub can start one with them. */
  get otherServer(): boolean {
    const { limits, mode } = this._options.shares;
    const theirs = Object.entries(this._description?.options.server ?? {});
    const ours = limits.options.server ?? {};
    return (
      mode === 'hub' &&
      !this._foreign &&
      theirs.some(
        ([key, value]) => JSON.stringify(ours[key]) !== JSON.stringify(value)
      )
    );
  }

  /** Whether the link gives a bundle: those of this server and of its hub do. */
  get bundled(): boolean {
    return !this._foreign;
  }

  /** Folder that it is copied to, as the file browser names it. */
  get folder(): string {
    return this._folder;
  }

  set folder(folder: string) {
    this._folder = folder;
    this.stateChanged.emit();
  }

  /** Name of the kernel that is used instead; empty: that of the notebook. */
  get kernel(): string {
    return this._kernel;
  }

  set kernel(kernel: string) {
    this._kernel = kernel;
    this.stateChanged.emit();
  }

  /** The link as our server wants it: places of its own origin as paths. */
  get link(): string {
    const { url } = this;
    const own = url?.origin === new URL(this._options.page).origin;
    return own ? url.pathname : (url?.href ?? '');
  }

  /** An address below the link. */
  at(what: 'preview' | 'notebook' | 'bundle'): string {
    const { url } = this;
    // What is ours is so by its path, whatever other name of the place is used.
    const own = url && !this._foreign;
    const place = own ? new URL(url.pathname, this._options.page) : url;
    return `${place?.href.replace(/\/$/, '') ?? ''}/${what}`;
  }

  /** Ask our server what it is. */
  async look(): Promise<void> {
    const { client, trans } = this._options;
    if (!this.url || !/^https?:$/.test(this.url.protocol)) {
      this._fail(trans.__('This is no link to a shared notebook.'));
      return;
    }
    this._made = null;
    this._set('looking');
    try {
      this._description = await client.look(this.link);
      this._set('there');
    } catch (error) {
      if (reasonOf(error) === 'foreign-link') {
        this._foreign = true;
        this._set('ask');
      } else {
        this._fail(wordsOf(error));
      }
    }
  }

  /** Ask the foreign place what it is. */
  async lookAbroad(): Promise<void> {
    const { client, kernels, shares, trans } = this._options;
    const host = this.url?.host ?? '';
    this._made = null;
    this._set('looking');
    try {
      const answer = await client.foreign(this.url?.href ?? '', 'about');
      const told = toldAbroad(await answer.json().catch(() => null));
      if (!told) {
        throw new Error(trans.__('%1 has no notebook at this address.', host));
      }
      const mine = shares.received.filter(({ link }) => link === this.link);
      if (told.revision !== this._description?.revision) {
        this._blob = null;
      }
      this._description = { ...told, ...kernelHere(told, kernels()), mine };
      this._set('there');
    } catch (error) {
      this._fail(
        error instanceof TypeError ? awayWords(host, trans) : wordsOf(error)
      );
    }
  }

  /** Copy it into the user's files; null when that failed. */
  async copy(): Promise<IReceived | null> {
    const { client } = this._options;
    const { link, folder, kernel } = this;
    return this._make('copy', async () =>
      this._foreign
        ? client.upload(await this._notebook(), { ...this._told(), folder })
        : client.copy(link, folder, kernel)
    );
  }

  /** Put the newest version beside a copy; null when that failed. */
  async second({ id, path }: IReceived): Promise<IReceived | null> {
    const { client } = this._options;
    const folder = path.split('/').slice(0, -1).join('/');
    return this._make('second', async () =>
      this._foreign
        ? client.upload(await this._notebook(), {
            ...this._told(),
            folder,
            beside: id
          })
        : client.newer(id)
    );
  }

  /** From a copy to the newest version; null when that failed. */
  async difference({ id }: IReceived): Promise<IDifference | null> {
    const { client } = this._options;
    return this._do('difference', async () =>
      client.difference(id, this._foreign ? await this._notebook() : undefined)
    );
  }

  /** The notebook of a foreign place; null when that failed. */
  async fetched(): Promise<Blob | null> {
    return this._do('download', () => this._notebook());
  }

  /** What our server cannot know of a notebook of a foreign place. */
  private _told() {
    const { name = '', sender = '', revision = 1 } = this._description ?? {};
    return { link: this.link, name, sender, revision: String(revision) };
  }

  private async _make(
    busy: ImportBusy,
    make: () => Promise<IReceived>
  ): Promise<IReceived | null> {
    const made = await this._do(busy, make);
    if (made && this._description) {
      this._made = made;
      const mine = [made, ...this._description.mine];
      this._description = { ...this._description, mine };
      void this._options.shares.refresh().catch(() => undefined);
      this.stateChanged.emit();
    }
    return made;
  }

  private async _do<T>(
    busy: ImportBusy,
    act: () => Promise<T>
  ): Promise<T | null> {
    if (this._busy) {
      return null;
    }
    this._busy = busy;
    this._problem = '';
    this.stateChanged.emit();
    try {
      return await act();
    } catch (error) {
      this._problem = wordsOf(error);
      return null;
    } finally {
      this._busy = '';
      this.stateChanged.emit();
    }
  }

  /** Each revision is fetched once: a link may work once only. */
  private async _notebook(): Promise<Blob> {
    const { client } = this._options;
    const link = this.url?.href ?? '';
    this._blob ??= await (await client.foreign(link, 'notebook')).blob();
    return this._blob;
  }

  private _fail(words: string): void {
    this._problem = words;
    this._set('failed');
  }

  private _set(phase: ImportPhase): void {
    this._phase = phase;
    if (phase !== 'failed') {
      this._problem = '';
    }
    this.stateChanged.emit();
  }

  private _blob: Blob | null = null;
  private _busy: ImportBusy = '';
  private _description: IDescription | null = null;
  private _folder: string;
  private _foreign = false;
  private _kernel = '';
  private _made: IReceived | null = null;
  private _phase: ImportPhase = 'looking';
  private _problem = '';
}

/** Options of the model. */
export interface IImportOptions {
  readonly client: ShareClient;
  readonly shares: Pick<
    IRemoteShares,
    'received' | 'refresh' | 'limits' | 'mode'
  >;
  readonly link: string;
  /** URL of this page. */
  readonly page: string;
  readonly folder: string;
  /** Kernels that are here. */
  readonly kernels: () => readonly IShareKernel[];
  readonly trans: TranslationBundle;
}
