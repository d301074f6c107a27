import type { ILabShell, JupyterFrontEnd } from '@jupyterlab/application';
import { URLExt } from '@jupyterlab/coreutils';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { IDisposable } from '@lumino/disposable';
import type { ISignal } from '@lumino/signaling';

import { KeptPages } from './keptpages';
import type { RemoteTabs } from './tabs';
import type { IRemoteSessions } from './tokens';
import type { IWarm } from './warmpage';
import { WarmPage } from './warmpage';

/** Where a desktop may be opened from, and where one was. */
const DOORS = '.jp-Launcher, #jupyter-remote-panel, .jp-RemoteTab';

/** A session on its way to the screen: nothing else may be in its way. */
const BUSY = ['submitting', 'queued', 'starting', 'connecting']
  .map(phase => `.jp-RemoteSession[data-phase='${phase}']`)
  .join();

/** Height of a tab's toolbar where none can be measured, in pixels: Lab's default. */
const TOOLBAR = 32;

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

/**
 * Pages of desktops that wait: of a session that was just shown, of the spare desktop,
 * if there is one, and of no session yet.
 */
export class WarmPages implements IWarm, IDisposable {
  constructor(
    private readonly _pages: readonly WarmPage[],
    private readonly _enabled: () => boolean
  ) {}

  /** Let those that are missing be loaded. */
  park(): void {
    this._pages.forEach(page => {
      page.park();
    });
  }

  /** Let all go. */
  drop(): void {
    this._kept.drop();
    this._pages.forEach(page => {
      page.drop();
    });
  }

  keep(frame: HTMLIFrameElement, path: string): boolean {
    return this._enabled() && this._kept.keep(frame, path);
  }

  /** Whether the page of a session stayed when its tab was closed. */
  kept(path: string): boolean {
    return this._kept.has(path);
  }

  take(node: HTMLElement, path: string): HTMLIFrameElement | null {
    for (const pages of [this._kept, ...this._pages]) {
      const frame = pages.take(node, path);
      if (frame) {
        return frame;
      }
    }
    return null;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  /** Leave all. */
  dispose(): void {
    this._isDisposed = true;
    this._kept.dispose();
    this._pages.forEach(page => {
      page.dispose();
    });
  }

  private _isDisposed = false;
  private readonly _kept = new KeptPages();
}

/** Desktops' pages that will wait, once there is reason to. */
export function warmPages(context: IWarmContext): WarmPages {
  const { app, sessions, trans, enabled } = context;
  const { baseUrl } = app.serviceManager.serverSettings;
  const blank = URLExt.join(baseUrl, 'jupyter-remote/desktop-client/parked');
  const usable = () => sessions.app('desktop')?.reason === '';
  const options = {
    title: trans.__('A desktop that is not open yet'),
    wanted: () =>
      enabled() &&
      usable() &&
      affordable() &&
      anyVisible(DOORS) &&
      !anyVisible(BUSY)
  };
  const spare = () =>
    sessions.spares.find(
      ({ app, state }) => app === 'desktop' && state === 'running'
    )?.id;
  const ofSpare = () => {
    const id = spare();
    return id ? sessions.url(id) : '';
  };
  return new WarmPages(
    [
      new WarmPage({ ...options, url: ofSpare, size: () => roomOf(app) }),
      new WarmPage({ ...options, url: () => blank, any: true })
    ],
    enabled
  );
}

/** The room for the content of a tab like the one in front, in pixels; null: not known now. */
export function roomOf(
  app: JupyterFrontEnd
): { width: number; height: number } | null {
  const tab = app.shell.currentWidget;
  if (!tab?.isVisible) {
    return null;
  }
  const bar = document.querySelector<HTMLElement>('.jp-RemoteTab .jp-Toolbar');
  const { clientWidth: width, clientHeight } = tab.node;
  const height = clientHeight - (bar?.offsetHeight || TOOLBAR);
  return width < 100 || height < 100 ? null : { width, height };
}

/** Let the pages wait from when Lab is ready and a desktop may be opened soon. */
export function keepWarm(
  warm: WarmPages,
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
