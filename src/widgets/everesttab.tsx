import { MainAreaWidget } from '@jupyterlab/apputils';
import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { ITranslator, TranslationBundle } from '@jupyterlab/translation';
import { VDomRenderer } from '@jupyterlab/ui-components';
import type { Drag } from '@lumino/dragdrop';
import type { Message } from '@lumino/messaging';
import * as React from 'react';

import type { AppsModel } from '../everestappsmodel';
import type { ChosenFile } from '../everestfiles';
import type { AppFormModel } from '../everestmodel';
import { everestIcon } from '../icons';
import type { IEverestPort } from '../tokens';
import { AppPane } from './everestapp';
import { AppList } from './everestlist';
import type { IOutcomeActions } from './submitoutcome';

/** What Lab's file browser drags: paths. */
const DRAGGED = 'application/x-jupyter-icontents';

/** What the buttons of the tab do beyond it. */
export interface IAppsActions extends IOutcomeActions {
  readonly submit: (form: AppFormModel) => Promise<void>;
  /** Ask for files of the file browser; null: there is none. */
  readonly browse:
    ((several: boolean) => Promise<readonly ChosenFile[]>) | null;
  /** Files that were dropped, as far as they can be taken. */
  readonly dropped: (
    paths: readonly string[]
  ) => Promise<readonly ChosenFile[]>;
  readonly addAccount: () => void;
}

/** What the parts of the tab show and do. */
export interface IAppsProps {
  readonly model: AppsModel;
  readonly actions: IAppsActions;
  readonly rendermime: IRenderMimeRegistry;
  readonly trans: TranslationBundle;
}

/** The tab with the applications of an account. */
export class EverestTab extends MainAreaWidget<EverestView> {
  constructor(props: Omit<IAppsProps, 'trans'>, translator: ITranslator) {
    const trans = translator.load('jupyter_remote');
    const content = new EverestView({ ...props, trans });
    super({ content, translator });
    this.toolbar.hide();
    this.title.icon = everestIcon;
    this.title.closable = true;
    const { model } = props;
    const name = () => {
      const app = model.form?.app;
      const shown = app ? app.name || app.alias : model.chosen;
      this.title.label = shown || trans.__('Applications: %1', model.server);
      this.title.caption = trans.__('Everest applications of %1', model.server);
    };
    model.stateChanged.connect(name, this);
    name();
  }
}

/** List and form, as the model says; takes what is dragged from the file browser. */
export class EverestView extends VDomRenderer<AppsModel> {
  constructor(private readonly _props: IAppsProps) {
    super(_props.model);
    this.addClass('jp-RemoteApps');
  }

  override dispose(): void {
    if (!this.isDisposed) {
      this.model.dispose();
      super.dispose();
    }
  }

  handleEvent(event: Drag.Event): void {
    const place = this._place(event);
    this._mark(event.type === 'lm-dragover' ? place?.node : undefined);
    if (!place) {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    event.dropAction = event.proposedAction;
    if (event.type === 'lm-drop') {
      const paths = event.mimeData.getData(DRAGGED) as readonly string[];
      const { form, port } = place;
      void this._props.actions.dropped(paths).then(files => {
        form.addFiles(port, files);
      });
    }
  }

  protected override onAfterAttach(msg: Message): void {
    super.onAfterAttach(msg);
    DRAGS.forEach(type => {
      this.node.addEventListener(type, this as unknown as EventListenerObject);
    });
  }

  protected override onBeforeDetach(msg: Message): void {
    DRAGS.forEach(type => {
      this.node.removeEventListener(
        type,
        this as unknown as EventListenerObject
      );
    });
    super.onBeforeDetach(msg);
  }

  protected override onActivateRequest(msg: Message): void {
    super.onActivateRequest(msg);
    if (!this.node.contains(document.activeElement)) {
      this.node.querySelector<HTMLElement>('input')?.focus();
    }
  }

  protected override render(): React.JSX.Element {
    return (
      <div className="jp-RemoteApps-body">
        <AppList {...this._props} />
        <AppPane {...this._props} />
      </div>
    );
  }

  /** The input that files are dragged to. */
  private _place({ target, mimeData }: Drag.Event): {
    readonly node: Element;
    readonly form: AppFormModel;
    readonly port: IEverestPort;
  } | null {
    const node =
      target instanceof Element && mimeData.hasData(DRAGGED)
        ? target.closest<HTMLElement>('[data-drop]')
        : null;
    const { form } = this.model;
    const name = node?.dataset['drop'];
    const port = form?.app.inputs.find(one => one.name === name);
    return node && form && port ? { node, form, port } : null;
  }

  private _mark(node: Element | undefined): void {
    this.node.querySelectorAll('.jp-mod-dropTarget').forEach(each => {
      each.classList.toggle('jp-mod-dropTarget', each === node);
    });
    node?.classList.add('jp-mod-dropTarget');
  }
}

const DRAGS = ['lm-dragenter', 'lm-dragover', 'lm-dragleave', 'lm-drop'];
