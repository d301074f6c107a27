import type { JupyterFrontEnd } from '@jupyterlab/application';
import { WidgetTracker } from '@jupyterlab/apputils';
import type { ITranslator, TranslationBundle } from '@jupyterlab/translation';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import { MessageLoop } from '@lumino/messaging';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';

import { CommandIDs } from './commandids';
import { appIcon } from './icons';
import type { Quality } from './messages';
import { TabModel } from './tabmodel';
import type { IRemoteSessions, IRemoteTabs, IStartRequest } from './tokens';
import type { WarmPages } from './warm';
import type { IOverlayActions } from './widgets/progress';
import { SessionTab, SessionView } from './widgets/sessiontab';

/** What a tab remembers over a reload of the page. */
export interface ITabState extends ReadonlyPartialJSONObject {
  id?: string;
  app?: string;
  name?: string;
  layout?: string;
  quality?: Quality;
}

/** Makes and finds the tabs of sessions. */
export class RemoteTabs implements IRemoteTabs {
  constructor(private readonly _options: IRemoteTabsOptions) {
    this.tracker.currentChanged.connect(this._onCurrentChanged, this);
  }

  readonly tracker = new WidgetTracker<SessionTab>({
    namespace: 'jupyter-remote-sessions'
  });

  /** Emitted for every new tab, to fill its toolbar. */
  get created(): ISignal<this, SessionTab> {
    return this._created;
  }

  get currentChanged(): ISignal<this, void> {
    return this._currentChanged;
  }

  get current(): string {
    return this.currentTab?.model.id ?? '';
  }

  /** The session's tab that is the current widget of the main area. */
  get currentTab(): SessionTab | null {
    const widget = this._options.app.shell.currentWidget;
    return widget instanceof SessionTab ? widget : null;
  }

  sessionIn(tab: string): string {
    return this.find(tab)?.model.id ?? '';
  }

  count(id: string): number {
    const { sessions, warm } = this._options;
    const { pathname } = new URL(sessions.url(id), location.href);
    const closed = Number(warm.kept(pathname));
    return closed + this.tracker.filter(tab => tab.model.id === id).length;
  }

  visible(id: string): boolean {
    return (
      document.visibilityState === 'visible' &&
      this.tracker.filter(tab => tab.model.id === id && tab.isVisible).length >
        0
    );
  }

  /** The tab with this DOM id, or the current one. */
  find(domId: string | undefined): SessionTab | null {
    if (!domId) {
      return this.currentTab;
    }
    return this.tracker.find(tab => tab.id === domId) ?? null;
  }

  /** A tab, at once, in which a new session starts. */
  start(request: IStartRequest): SessionTab {
    const { app, name } = request;
    const tab = this._make({ app, name });
    // Once Lab has given the tab its place, the desktop can begin with its size.
    MessageLoop.flush();
    void tab.model.start(this._sized(request, tab));
    return tab;
  }

  /** The tab of a session: the one that is there, or in which it starts, else a new one. */
  async open(state: ITabState): Promise<SessionTab> {
    const tabs = this.tracker.filter(() => true);
    await Promise.all(tabs.map(({ model }) => model.settled(state.id ?? '')));
    const known = this.tracker.find(tab => tab.model.id === state.id);
    if (known) {
      if (!known.isAttached) {
        // Lab has restored its layout without it.
        this._options.app.shell.add(known, 'main');
      }
      this._options.app.shell.activateById(known.id);
      return known;
    }
    return this._make(state);
  }

  /** What a tab remembers. */
  state(tab: SessionTab): ITabState {
    const { id, app, name, layout, quality } = tab.model;
    return { id, app, name, layout, quality };
  }

  private _make(state: ITabState): SessionTab {
    const { app, sessions, trans, translator } = this._options;
    const appName = state.app ?? sessions.get(state.id ?? '')?.app ?? '';
    const defaults = this._options.defaults();
    const model = new TabModel({
      ...defaults,
      ...state,
      app: appName,
      sessions
    });
    const content = new SessionView({
      model,
      icon: appIcon(appName, sessions.app(appName)),
      actions: view => this._actions(view),
      touch: id => {
        sessions.touch(id);
      },
      warm: this._options.warm,
      trans
    });
    const tab = new SessionTab(content, translator);
    this._created.emit(tab);
    app.shell.add(tab, 'main');
    void this.tracker.add(tab);
    this._follow(tab);
    return tab;
  }

  /** The request, with the size of its tab for an app that asks for it. */
  private _sized(request: IStartRequest, tab: SessionTab): IStartRequest {
    const known = this._options.sessions.app(request.app)?.options.properties;
    const { clientWidth: width, clientHeight: height } = tab.content.node;
    const asks = known instanceof Object && 'size' in known;
    if (!asks || width < 100 || height < 100) {
      return request;
    }
    const size = `${width}x${height}`;
    return { ...request, options: { size, ...request.options } };
  }

  private _follow(tab: SessionTab): void {
    tab.model.kept.connect(() => {
      void this.tracker.save(tab);
    });
    tab.content.entered.connect(() => {
      this._options.app.shell.activateById(tab.id);
    });
  }

  private _actions(view: SessionView): IOverlayActions {
    const { commands } = this._options.app;
    const { model } = view;
    const close = () => view.parent?.close();
    return {
      again: () => void model.again(),
      cancel: () => {
        void model.cancel();
        close();
      },
      close,
      reload: () => {
        model.reload();
      },
      showLog: () => {
        void commands.execute(CommandIDs.showLog, { id: model.id });
      }
    };
  }

  private readonly _onCurrentChanged = (): void => {
    this._currentChanged.emit();
  };

  private readonly _created = new Signal<this, SessionTab>(this);
  private readonly _currentChanged = new Signal<this, void>(this);
}

/** Options of the tabs. */
export interface IRemoteTabsOptions {
  readonly app: JupyterFrontEnd;
  readonly sessions: IRemoteSessions;
  /** What the user chose for new desktops. */
  readonly defaults: () => { layout: string; quality: Quality };
  /** A desktop's page that waits loaded. */
  readonly warm: WarmPages;
  readonly translator: ITranslator;
  readonly trans: TranslationBundle;
}
