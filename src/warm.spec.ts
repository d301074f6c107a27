import type { JupyterFrontEnd } from '@jupyterlab/application';
import { nullTranslator } from '@jupyterlab/translation';
import { Signal } from '@lumino/signaling';

import type { RemoteTabs } from './tabs';
import type { IRemoteSessions } from './tokens';
import { keepWarm, WarmPages } from './warm';
import { WarmPage } from './warmpage';

const TITLE = 'waits';
const waiting = () => document.querySelectorAll('.jp-RemoteWarm iframe').length;

describe('keepWarm', () => {
  it('lets the page go when the user switches it off', async () => {
    let on = true;
    const changed = new Signal<object, void>({});
    const restored = Promise.resolve();
    const warm = new WarmPages(
      [
        new WarmPage({
          url: () => 'about:blank',
          any: true,
          title: TITLE,
          wanted: () => true
        })
      ],
      () => on
    );
    jest.useFakeTimers();
    // A browser that can move nodes as they are.
    Object.assign(HTMLElement.prototype, { moveBefore: () => undefined });
    keepWarm(warm, { created: new Signal({}) } as unknown as RemoteTabs, {
      app: { restored, shell: {} } as unknown as JupyterFrontEnd,
      sessions: { changed: new Signal({}) } as unknown as IRemoteSessions,
      trans: nullTranslator.load(''),
      enabled: () => on,
      changed
    });
    await restored;
    jest.runOnlyPendingTimers();
    expect(waiting()).toBe(1);
    on = false;
    changed.emit();
    expect(waiting()).toBe(0);
    on = true;
    changed.emit();
    jest.runOnlyPendingTimers();
    expect(waiting()).toBe(1);
    warm.dispose();
    Reflect.deleteProperty(HTMLElement.prototype, 'moveBefore');
    jest.useRealTimers();
  });
});
