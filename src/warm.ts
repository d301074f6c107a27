import type { ILabShell, JupyterFrontEnd } from '@jupyterlab/application';
import { URLExt } from '@jupyterlab/coreutils';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { ISignal } from '@lumino/signaling';

import type { RemoteTabs } from './tabs';
import type { IRemoteSessions } from './tokens';
import { WarmPage } from './warmpage';

/** Where a desktop may be opened from, and where one was. */
const DOORS = '.jp-Launcher, #jupyter-remote-panel, .jp-RemoteTab';

/** A session on its way to the screen: nothing else may be in its way. */
const BUSY = ['submitting', 'queued', 'starting', 'connecting']
  .map(phase => `.jp-RemoteSession[data-phase='${phase}']`)
  .join();

/** What decides whether a page waits. */
export interface IWarmContext {
  readonly app: JupyterFrontEnd;
  readonly sessions: IRemoteSessions;
  readonly trans: TranslationBundle;
  /** The user's setting. */
  readonly enabled: () => boolean;
  /** Emitted when the user's settings were read or changed. */
  readonly changed: ISignal<unknown, void>;
}

/** A desktop's page that will wait, once there is reason to. */
export function warmPage(context: IWarmContext): WarmPage {
  const { app, sessions, trans, enabled } = context;
  const { baseUrl } = app.serviceManager.serverSettings;
  const usable = () => sessions.app('desktop')?.reason === '';
  return new WarmPage({
    url: URLExt.join(baseUrl, 'jupyter-remote', 'desktop-client', 'parked'),
    title: trans.__('A desktop that is not open yet'),
    wanted: () =>
      enabled() &&
      usable() &&
      affordable() &&
      anyVisible(DOORS) &&
      !anyVisible(BUSY)
  });
}

/** Let the page wait from when Lab is ready and a desktop may be opened soon. */
export function keepWarm(
  warm: WarmPage,
  tabs: RemoteTabs,
  { app, sessions, enabled, changed }: IWarmContext
): void {
  const look = () => {
    if (enabled()) {
      warm.park();
    } else {
      warm.drop();
    }
  };
  void app.restored.then(() => {
    changed.connect(look);
    sessions.changed.connect(look);
    const shell = app.shell as JupyterFrontEnd.IShell &
      Partial<Pick<ILabShell, 'layoutModified'>>;
    shell.currentChanged?.connect(look);
    shell.layoutModified?.connect(look);
    look();
  });
  // What was taken is replaced when its desktop is seen: that comes first.
  tabs.created.connect((_, { model }) => {
    model.stateChanged.connect(() => {
      if (model.phase === 'open') {
        look();
      }
    });
  });
}

/** Whether any of these elements can be seen. */
function anyVisible(selector: string): boolean {
  const found = document.querySelectorAll<HTMLElement>(selector);
  return [...found].some(({ offsetParent }) => offsetParent !== null);
}

/** Nobody asked to save data. */
function affordable(): boolean {
  const { connection } = navigator as { connection?: { saveData?: boolean } };
  return connection?.saveData !== true;
}
