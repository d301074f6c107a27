import { MainAreaWidget } from '@jupyterlab/apputils';
import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { WidgetTracker } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { LabIcon } from '@jupyterlab/ui-components';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import { Widget } from '@lumino/widgets';

import { part } from './part';

/** How something comes back when the page is loaded anew. */
export interface IKept {
  /** Tells tabs apart. */
  readonly id: string;
  /** The arguments of the command that brings it back. */
  readonly args: ReadonlyPartialJSONObject;
}

/** A tab that comes back with what is written in it. */
export interface IKeptTab extends Widget {
  readonly kept: IKept;
}

/** What opens tabs whose part of the page is loaded when one is first opened. */
export interface ILaterOptions<P> {
  readonly app: JupyterFrontEnd;
  readonly tracker: WidgetTracker<IKeptTab>;
  readonly load: () => Promise<P>;
  readonly open: (
    part: P,
    args: ReadonlyPartialJSONObject
  ) => Promise<Widget | undefined> | Widget | undefined;
  /** What a tab that comes back is called while it cannot be shown. */
  readonly label: string;
  readonly icon: LabIcon;
  readonly trans: TranslationBundle;
}

/**
 * Open a tab. One that comes back (`id`: what it was called) and cannot be
 * loaded leaves a tab that says so, as Lab forgets what is not shown again.
 */
export async function openLater<P>(
  options: ILaterOptions<P>,
  args: ReadonlyPartialJSONObject,
  id?: unknown
): Promise<Widget | undefined> {
  const { app, tracker, load, open, trans } = options;
  const loaded = await part(load(), trans, typeof id === 'string');
  if (loaded !== null) {
    return open(loaded, args);
  }
  if (typeof id !== 'string') {
    return undefined;
  }
  const tab = new LaterTab({ id, args }, options, async () => {
    const found = await part(load(), trans);
    if (found !== null && !tab.isDisposed) {
      tab.dispose();
      await open(found, args);
    }
  });
  app.shell.add(tab, 'main', { type: 'Remote' });
  await tracker.add(tab);
  return tab;
}

type ILook = Pick<ILaterOptions<unknown>, 'label' | 'icon' | 'trans'>;

/** Stands for a tab that cannot be shown yet. */
class LaterTab extends MainAreaWidget implements IKeptTab {
  constructor(
    readonly kept: IKept,
    { label, icon, trans }: ILook,
    again: () => Promise<void>
  ) {
    const content = new Widget();
    content.addClass('jp-RemoteLater');
    super({ content });
    this.toolbar.hide();
    this.title.label = label;
    this.title.icon = icon;
    this.title.closable = true;
    const words = document.createElement('p');
    words.setAttribute('role', 'alert');
    words.textContent = trans.__(
      'This part of the page could not be loaded. What you wrote here is kept as long as this tab is open.'
    );
    const button = document.createElement('button');
    button.className = 'jp-mod-styled';
    button.textContent = trans.__('Try Again');
    button.addEventListener('click', () => void again());
    content.node.append(words, button);
  }
}
