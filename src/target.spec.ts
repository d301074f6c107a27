import type { JupyterFrontEnd } from '@jupyterlab/application';

import { sessionClass, sessionOf, targetId } from './target';
import type { IRemoteTabs } from './tokens';

/** A node as Lab or we make it. */
function node(className: string, session?: string): HTMLElement {
  const made = document.createElement('div');
  made.className = className;
  if (session !== undefined) {
    made.dataset.session = session;
  }
  return made;
}

describe('sessionOf', () => {
  it('reads data of our own, and the class on items of Lab', () => {
    expect(sessionOf(node('jp-RemoteRow', 'a'))).toBe('a');
    expect(sessionOf(node(`jp-TreeItem ${sessionClass('b')}`))).toBe('b');
    expect(sessionOf(node('jp-TreeItem'))).toBe('');
  });
});

describe('targetId', () => {
  const under = [node('icon'), node('jp-RemoteRow', 'row')];
  const context = {
    app: {
      contextMenuHitTest: (test: (each: HTMLElement) => boolean) =>
        under.find(test)
    } as unknown as JupyterFrontEnd,
    tabs: {
      current: 'current',
      sessionIn: (tab: string) => (tab === 'dom' ? 'tab' : '')
    } as unknown as IRemoteTabs
  };

  it('takes what is named before what is current', () => {
    expect(targetId(context, { id: 'id', context: true })).toBe('id');
    expect(targetId(context, { tab: 'dom' })).toBe('tab');
    expect(targetId(context, { tab: 'gone' })).toBe('');
    expect(targetId(context, { context: true })).toBe('row');
    expect(targetId(context, {})).toBe('current');
  });

  it('is nothing where the context menu is on no session', () => {
    under.length = 0;
    expect(targetId(context, { context: true })).toBe('');
  });
});
