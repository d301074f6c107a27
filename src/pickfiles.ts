import type { JupyterFrontEnd } from '@jupyterlab/application';
import { showErrorMessage } from '@jupyterlab/apputils';
import { FileDialog } from '@jupyterlab/filebrowser';
import type { IDefaultFileBrowser } from '@jupyterlab/filebrowser';
import type { ITranslator, TranslationBundle } from '@jupyterlab/translation';

import { wordsOf } from './submitdraft';

/** What files are chosen with. */
export interface IPickContext {
  readonly app: JupyterFrontEnd;
  readonly browser: IDefaultFileBrowser | null;
  readonly translator: ITranslator;
  readonly trans: TranslationBundle;
}

/** A file of the file browser. */
export interface IPicked {
  readonly path: string;
}

/** The ways to files of the file browser. */
export interface IPickActions {
  /** Ask for files; null: there is no file browser. */
  readonly browse: ((several: boolean) => Promise<readonly IPicked[]>) | null;
  /** Files that were dropped, as far as they can be taken. */
  readonly dropped: (paths: readonly string[]) => Promise<readonly IPicked[]>;
}

export function pickActions(context: IPickContext): IPickActions {
  const { browser } = context;
  return {
    browse: browser && (several => browse(context, browser, several)),
    dropped: paths => dropped(context, paths)
  };
}

async function browse(
  context: IPickContext,
  { model }: IDefaultFileBrowser,
  several: boolean
): Promise<readonly IPicked[]> {
  const { translator, trans } = context;
  const { button, value } = await FileDialog.getOpenFiles({
    manager: model.manager,
    translator,
    title: several ? trans.__('Choose Files') : trans.__('Choose a File'),
    defaultPath: model.path
  });
  const paths = button.accept ? (value ?? []).map(({ path }) => path) : [];
  return dropped(context, paths);
}

/** Files of the server's own; nothing else can be sent from there. */
async function dropped(
  { app, trans }: IPickContext,
  paths: readonly string[]
): Promise<readonly IPicked[]> {
  const { contents } = app.serviceManager;
  const files: IPicked[] = [];
  for (const path of paths) {
    const title = trans.__('Cannot send %1', path);
    try {
      const { type } = await contents.get(path, { content: false });
      if (type === 'directory') {
        const words = trans.__('It is a folder: an input takes files.');
        await showErrorMessage(title, words);
      } else if (contents.driveName(path)) {
        const words = trans.__(
          'It is on another drive: copy it into the files of this server first.'
        );
        await showErrorMessage(title, words);
      } else {
        files.push({ path: contents.localPath(path) });
      }
    } catch (error) {
      await showErrorMessage(title, wordsOf(error));
    }
  }
  return files;
}
