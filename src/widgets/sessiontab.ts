import { MainAreaWidget } from '@jupyterlab/apputils';
import type { ITranslator, TranslationBundle } from '@jupyterlab/translation';
import type { LabIcon } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';
import { Panel } from '@lumino/widgets';

import { CommandIDs } from '../commandids';
import type { PageMessage } from '../messages';
import type { TabModel } from '../tabmodel';
import { isDesktop } from '../tabmodel';
import type { IWarm } from '../warmpage';
import { AppFrame } from './frame';
import { KeyboardHint } from './hint';
import { Overlay } from './overlay';
import type { IOverlayActions } from './progress';

/** So long after its release the keyboard is not taken again, in ms. */
const SETTLING = 500;

/** A session in the main area: its page, and what is shown until it is there. */
export class SessionView extends Panel {
  constructor(options: ISessionViewOptions) {
    super();
    const { model, trans } = options;
    this.model = model;
    this._options = options;
    this.addClass('jp-RemoteSession');
    this.title.icon = options.icon;
    const warm = isDesktop(model.app) ? options.warm : null;
    this.frame = new AppFrame(model.name, trans, warm);
    this.frame.said.connect(this._onSaid, this);
    this.frame.loaded.connect(this._onLoaded, this);
    this.frame.captured.connect(this._onCaptured, this);
    this._overlay = new Overlay(model, options.actions(this), trans);
    this.addWidget(this.frame);
    this.addWidget(this._overlay);
    if (isDesktop(model.app)) {
      this.addWidget(new KeyboardHint(model, trans));
    }
    model.stateChanged.connect(this._sync, this);
    model.reloadNeeded.connect(this._onReload, this);
    this._sync();
  }

  readonly model: TabModel;
  readonly frame: AppFrame;

  /** Text the desktop last put on its clipboard. */
  clipboard = '';

  /** Emitted when the user goes into the page. */
  get entered(): ISignal<this, void> {
    return this._entered;
  }

  /** Take the keyboard back: the button in the toolbar gets the focus. */
  release(): void {
    this._released = Date.now();
    this.parent?.node
      .querySelector<HTMLElement>(
        `jp-button[data-command="${CommandIDs.toggleKeyboard}"]`
      )
      ?.focus();
    if (this.frame.hasKeyboard) {
      this.node.focus();
    }
  }

  /** Tell the page what the user chose. */
  configure(): void {
    const { layout, quality } = this.model;
    this.frame.post({ type: 'layout', value: layout });
    this.frame.post({ type: 'quality', value: quality });
  }

  override dispose(): void {
    if (!this.isDisposed) {
      this.model.dispose();
      Signal.clearData(this);
      super.dispose();
    }
  }

  protected override onAfterShow(msg: Message): void {
    super.onAfterShow(msg);
    this.model.shown();
  }

  protected override onActivateRequest(msg: Message): void {
    super.onActivateRequest(msg);
    // Lab activates a tab after each click in its toolbar.
    const released = Date.now() - this._released < SETTLING;
    if (this.model.phase === 'open' && !this.frame.hasKeyboard && !released) {
      this.frame.grab();
    }
  }

  private readonly _sync = (): void => {
    const { model } = this;
    const open = model.phase === 'open';
    this.title.label = model.name;
    this.title.caption = model.name;
    this.node.dataset.phase = model.phase;
    this.node.dataset.session = model.id;
    // For the menu of the tab.
    this.title.dataset = { ...this.title.dataset, session: model.id };
    this.frame.rename(model.name);
    this.frame.url = model.url;
    this._overlay.setHidden(open);
    if (open && !this._opened && this._hasFocus()) {
      this.frame.grab();
    }
    this._opened = open;
  };

  /** The focus is here, or nowhere else that matters. */
  private _hasFocus(): boolean {
    const active = document.activeElement;
    const here = this.parent?.node.contains(active) ?? false;
    return this.isVisible && (here || active === document.body);
  }

  private readonly _onSaid = (_: AppFrame, message: PageMessage): void => {
    switch (message.type) {
      case 'status':
        if (message.status !== 'closed') {
          this.configure();
        }
        this.model.setPage(message.status);
        break;
      case 'clipboard':
        this.clipboard = message.text;
        break;
      case 'release':
        this.release();
        break;
      case 'activity':
        this._options.touch(this.model.id);
        break;
      default:
    }
  };

  private readonly _onLoaded = (): void => {
    if (!isDesktop(this.model.app)) {
      this.model.setPage('painted');
    }
  };

  private readonly _onCaptured = (_: AppFrame, captured: boolean): void => {
    this.model.setCaptured(captured);
    if (captured) {
      this._entered.emit();
    }
  };

  private readonly _onReload = (): void => {
    this.frame.reload();
  };

  private readonly _entered = new Signal<this, void>(this);
  private _opened = false;
  private _released = 0;
  private readonly _options: ISessionViewOptions;
  private readonly _overlay: Overlay;
}

/** Options of a session's view. */
export interface ISessionViewOptions {
  readonly model: TabModel;
  readonly icon: LabIcon;
  readonly actions: (view: SessionView) => IOverlayActions;
  readonly touch: (id: string) => void;
  /** A desktop's page that waits loaded. */
  readonly warm: IWarm | null;
  readonly trans: TranslationBundle;
}

/** The tab of a session. */
export class SessionTab extends MainAreaWidget<SessionView> {
  constructor(content: SessionView, translator: ITranslator) {
    super({ content, translator });
    this.addClass('jp-RemoteTab');
    this.addClass(`jp-mod-${isDesktop(content.model.app) ? 'desktop' : 'app'}`);
  }

  get model(): TabModel {
    return this.content.model;
  }
}
