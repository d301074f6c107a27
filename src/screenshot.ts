import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import { PathExt } from '@jupyterlab/coreutils';
import type { IDefaultFileBrowser } from '@jupyterlab/filebrowser';
import type { Contents } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';

import { screenshotName } from './format';
import type { AppFrame } from './widgets/frame';

/** Save a picture of the desktop in the file browser's folder. */
export async function saveScreenshot(
  app: JupyterFrontEnd,
  frame: AppFrame,
  browser: IDefaultFileBrowser | null,
  trans: TranslationBundle
): Promise<void> {
  const data = await frame.ask('screenshot');
  const { contents } = app.serviceManager;
  const folder = browser?.model.path ?? '';
  const path = await freePath(contents, folder, screenshotName(new Date()));
  await contents.save(path, {
    type: 'file',
    format: 'base64',
    name: PathExt.basename(path),
    content: data.replace(/^data:[^,]*,/, '')
  });
  Notification.success(trans.__('Saved %1', PathExt.basename(path)), {
    autoClose: 5000,
    actions: [
      {
        label: trans.__('Open'),
        callback: () => {
          void app.commands.execute('docmanager:open', { path });
        }
      }
    ]
  });
}

/** A path in the folder that is not taken: `-2`, `-3` ... before the ending. */
export async function freePath(
  contents: Pick<Contents.IManager, 'get'>,
  folder: string,
  name: string
): Promise<string> {
  const ending = PathExt.extname(name);
  const stem = name.slice(0, name.length - ending.length);
  for (let count = 1; ; count += 1) {
    const candidate = count === 1 ? name : `${stem}-${count}${ending}`;
    const path = folder ? PathExt.join(folder, candidate) : candidate;
    if (!(await exists(contents, path))) {
      return path;
    }
  }
}

async function exists(
  contents: Pick<Contents.IManager, 'get'>,
  path: string
): Promise<boolean> {
  try {
    await contents.get(path, { content: false });
    return true;
  } catch (error) {
    const { response } = error as { response?: Response };
    if (response?.status === 404) {
      return false;
    }
    throw error;
  }
}
