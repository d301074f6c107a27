import { MainAreaWidget } from '@jupyterlab/apputils';
import type { ITranslator } from '@jupyterlab/translation';
import type { LabIcon, VDomModel } from '@jupyterlab/ui-components';
import { VDomRenderer } from '@jupyterlab/ui-components';
import type { Drag } from '@lumino/dragdrop';
import type { Message } from '@lumino/messaging';

import type { IKept, IKeptTab } from '../later';

/** What Lab's file browser drags: paths. */
const DRAGGED = 'application/x-jupyter-icontents';

const DRAGS = ['lm-dragenter', 'lm-dragover', 'lm-dragleave', 'lm-drop'];

/** What is written in a form, and how it comes back. */
export interface IFormModel extends VDomModel, IKept {}

/** What the tab of a form is called. */
export interface IFormTitle {
  readonly label: string;
  readonly caption: string;
}

/** The tab of a form. */
export class FormTab<V extends FormView<IFormModel>>
  extends MainAreaWidget<V>
  implements IKeptTab
{
  constructor(
    content: V,
    translator: ITranslator,
    icon: LabIcon,
    title: () => IFormTitle
  ) {
    super({ content, translator });
    this.toolbar.hide();
    this.title.icon = icon;
    this.title.closable = true;
    const name = () => {
      Object.assign(this.title, title());
    };
    content.model.stateChanged.connect(name, this);
    name();
  }

  get kept(): IKept {
    return this.content.model;
  }
}

/** A form, as its model says; takes files that are dragged from the file browser. */
export abstract class FormView<M extends IFormModel> extends VDomRenderer<M> {
  /** `first`: selector of what gets the keyboard when the tab is shown. */
  constructor(
    model: M,
    private readonly _first: string
  ) {
    super(model);
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
      place.take(event.mimeData.getData(DRAGGED) as readonly string[]);
    }
  }

  /** Takes paths that are dropped on the part with this `data-drop`; null: nothing does. */
  protected abstract drops(
    name: string
  ): ((paths: readonly string[]) => void) | null;

  protected override onAfterAttach(msg: Message): void {
    super.onAfterAttach(msg);
    const listener = this as unknown as EventListenerObject;
    DRAGS.forEach(type => {
      this.node.addEventListener(type, listener);
    });
  }

  protected override onBeforeDetach(msg: Message): void {
    const listener = this as unknown as EventListenerObject;
    DRAGS.forEach(type => {
      this.node.removeEventListener(type, listener);
    });
    super.onBeforeDetach(msg);
  }

  protected override onActivateRequest(msg: Message): void {
    super.onActivateRequest(msg);
    // The form of a new tab is not drawn yet.
    this._wantsFocus = true;
    this.update();
  }

  protected override onUpdateRequest(msg: Message): void {
    super.onUpdateRequest(msg);
    if (this._wantsFocus) {
      this._wantsFocus = false;
      void this.renderPromise?.then(() => {
        this._focus();
      });
    }
  }

  private _focus(): void {
    const { activeElement } = document;
    if (activeElement === this.node || !this.node.contains(activeElement)) {
      this.node.querySelector<HTMLElement>(this._first)?.focus();
    }
  }

  /** The part that files are dragged to. */
  private _place({ target, mimeData }: Drag.Event): {
    readonly node: Element;
    readonly take: (paths: readonly string[]) => void;
  } | null {
    const node =
      target instanceof Element && mimeData.hasData(DRAGGED)
        ? target.closest<HTMLElement>('[data-drop]')
        : null;
    const take = node && this.drops(node.dataset['drop'] ?? '');
    return node && take ? { node, take } : null;
  }

  private _mark(node: Element | undefined): void {
    this.node.querySelectorAll('.jp-mod-dropTarget').forEach(each => {
      each.classList.toggle('jp-mod-dropTarget', each === node);
    });
    node?.classList.add('jp-mod-dropTarget');
  }

  private _wantsFocus = false;
}
