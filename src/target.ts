import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';

import type { IRemoteTabs } from './tokens';

/** How a class name begins that ends with the id of a session. */
const MARK = 'jp-mod-session-';

/** Names a session on a node whose data attributes are not ours. */
export function sessionClass(id: string): string {
  return MARK + id;
}

/** Id of the session that a node stands for: a row, a tab, an item; or empty. */
export function sessionOf(node: HTMLElement): string {
  const marked = [...node.classList].find(name => name.startsWith(MARK));
  return node.dataset.session ?? marked?.slice(MARK.length) ?? '';
}

/**
 * Id of the session that a command means, or empty: the one named, that in the
 * tab named, that under the context menu, or that in the current tab.
 */
export function targetId(
  context: { readonly app: JupyterFrontEnd; readonly tabs: IRemoteTabs },
  args: ReadonlyPartialJSONObject
): string {
  const { app, tabs } = context;
  if (typeof args.id === 'string') {
    return args.id;
  }
  if (typeof args.tab === 'string') {
    return tabs.sessionIn(args.tab);
  }
  if (args.context === true) {
    const node = app.contextMenuHitTest(each => sessionOf(each) !== '');
    return node ? sessionOf(node) : '';
  }
  return tabs.current;
}
