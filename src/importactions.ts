/** What is done with links and bundles that others sent; loaded then. */
import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import type { IEditorServices } from '@jupyterlab/codeeditor';
import { FileDialog } from '@jupyterlab/filebrowser';
import type {
  IDefaultFileBrowser,
  IFileBrowserFactory
} from '@jupyterlab/filebrowser';
import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { ITranslator, TranslationBundle } from '@jupyterlab/translation';

import { attempt } from './commands';
import { saveBlob, saveUrl } from './download';
import { foreignDrive } from './drives';
import { ImportModel } from './importmodel';
import { part } from './part';
import type { ShareClient } from './shareclient';
import type { IRemoteShares, IShareKernel } from './tokens';
import { ImportTab } from './widgets/importtab';
import type { IImportActions } from './widgets/importview';

/** What those who receive need of Lab. */
export interface IImportContext {
  readonly app: JupyterFrontEnd;
  readonly client: ShareClient;
  readonly shares: IRemoteShares;
  readonly browser: IDefaultFileBrowser | null;
  readonly browsers: IFileBrowserFactory | null;
  readonly editors: IEditorServices | null;
  readonly rendermime: IRenderMimeRegistry | null;
  readonly translator: ITranslator;
  readonly trans: TranslationBundle;
}

/** A tab for each link, as long as it is open. */
const tabs = new Map<string, ImportTab>();

/** Show what a link leads to. */
export function openLink(context: IImportContext, link: string): ImportTab {
  const { app, client, shares, translator, trans } = context;
  shares.open();
  const model = new ImportModel({
    client,
    shares,
    link,
    page: window.location.href,
    folder: folderHere(context),
    kernels: () => kernelsHere(app),
    trans
  });
  const known = tabs.get(model.link);
  if (known) {
    model.dispose();
    app.shell.activateById(known.id);
    void look(known.content.model, shares);
    return known;
  }
  const tab: ImportTab = new ImportTab(
    model,
    actionsOf(context, model, () => {
      tab.dispose();
    }),
    translator
  );
  // Not among the tabs that come back: the layout is stored, links are secret.
  tabs.set(model.link, tab);
  tab.disposed.connect(() => {
    tabs.delete(model.link);
  });
  app.shell.add(tab, 'main', { type: 'Remote' });
  app.shell.activateById(tab.id);
  void look(model, shares);
  return tab;
}

/** After that our server knows that it is no news any more. */
async function look(model: ImportModel, shares: IRemoteShares): Promise<void> {
  await model.look();
  if (shares.received.some(({ news }) => news !== '')) {
    await shares.refresh().catch(() => undefined);
  }
}

/** The folder of the file browser that was used last. */
function folderOf({ browser, browsers }: IImportContext): string {
  return (browsers?.tracker.currentWidget ?? browser)?.model.path ?? '';
}

/** The same as this server knows it; the top when it is on another drive. */
function folderHere(context: IImportContext): string {
  const { contents } = context.app.serviceManager;
  const path = folderOf(context);
  return foreignDrive(contents, path) ? '' : contents.localPath(path);
}

/** Throws when a folder is one into which this server cannot write. */
function checkFolder({ app, trans }: IImportContext, path: string): void {
  const drive = foreignDrive(app.serviceManager.contents, path);
  if (drive) {
    throw new Error(
      trans.__(
        'The folder is on the drive %1, into which this server cannot write. Choose a folder of this server.',
        drive
      )
    );
  }
}

/** Kernels of this server. */
function kernelsHere({ serviceManager }: JupyterFrontEnd): IShareKernel[] {
  const { specs } = serviceManager.kernelspecs;
  return Object.values(specs?.kernelspecs ?? {}).flatMap(spec => {
    if (!spec) {
      return [];
    }
    const { name, display_name, language } = spec;
    return [{ name, display_name, language }];
  });
}

function actionsOf(
  context: IImportContext,
  model: ImportModel,
  close: () => void
): IImportActions {
  const { app, browser } = context;
  const open = (path: string) => {
    // Our server has written it into copies that it made itself.
    const kernel =
      model.foreign && model.kernel ? { name: model.kernel } : null;
    const args = kernel ? { path, kernel } : { path };
    void app.commands.execute('docmanager:open', args);
  };
  return {
    keep: close,
    open,
    copy: async () => {
      const made = await model.copy();
      if (made) {
        open(made.path);
      }
    },
    second: async copy => {
      const made = await model.second(copy);
      if (made) {
        open(made.path);
      }
    },
    download: what => download(model, what),
    difference: async copy => {
      const difference = await model.difference(copy);
      if (difference) {
        const loaded = await part(import('./difference'), context.trans);
        loaded?.showDifference(context, difference, copy.path);
      }
    },
    browse: browser && (folder => browse(context, folder))
  };
}

async function download(
  model: ImportModel,
  what: 'notebook' | 'bundle'
): Promise<void> {
  const name = model.description?.name ?? 'notebook.ipynb';
  if (!model.foreign) {
    const zip = name.replace(/\.ipynb$/, '.zip');
    saveUrl(model.at(what), what === 'bundle' ? zip : name);
    return;
  }
  const blob = await model.fetched();
  if (blob) {
    saveBlob(blob, name);
  }
}

async function browse(
  context: IImportContext,
  folder: string
): Promise<string | null> {
  const { browser, translator, trans } = context;
  if (!browser) {
    return null;
  }
  const { manager } = browser.model;
  const { button, value } = await FileDialog.getExistingDirectory({
    manager,
    translator,
    title: trans.__('Folder of the Copy'),
    defaultPath: folder
  });
  const [first] = value ?? [];
  if (!button.accept || !first) {
    return null;
  }
  let chosen: string | null = null;
  await attempt(trans.__('Cannot copy into this folder'), () => {
    checkFolder(context, first.path);
    chosen = manager.services.contents.localPath(first.path);
    return Promise.resolve();
  });
  return chosen;
}

/** Let the user choose a bundle, or a notebook, and put it into the files. */
export async function importBundle(context: IImportContext): Promise<void> {
  const { app, client, shares, trans } = context;
  checkFolder(context, folderOf(context));
  const file = await chooseFile('.zip,.ipynb');
  if (!file) {
    return;
  }
  const folder = folderHere(context);
  const { path } = await client.upload(file, { folder, name: file.name });
  Notification.success(trans.__('%1 was imported as %2', file.name, path), {
    autoClose: 4_000
  });
  await app.commands.execute('docmanager:open', { path });
  shares.open();
  await shares.refresh().catch(() => undefined);
}

/** A file of the user's own machine; null: none was chosen. */
function chooseFile(accept: string): Promise<File | null> {
  return new Promise(resolve => {
    const input = document.createElement('input');
    input.type = 'file';
    input.accept = accept;
    input.addEventListener('change', () => {
      resolve(input.files?.[0] ?? null);
    });
    input.addEventListener('cancel', () => {
      resolve(null);
    });
    input.click();
  });
}
