import { nullTranslator } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';

import { SOURCE } from './messages';
import type { IWarm } from './warmpage';
import { AppFrame } from './widgets/frame';

describe('AppFrame', () => {
  it('takes the page that waits once, and loads its own anew', () => {
    const take = jest.fn(() => null);
    const warm: IWarm = { take, keep: () => false };
    const frame = new AppFrame('Desktop', nullTranslator.load(''), warm);
    const shown = () => frame.node.querySelector('iframe');
    Widget.attach(frame, document.body);
    frame.url = '/s/a/';
    expect(take).toHaveBeenCalledWith(frame.node, '/s/a/');
    expect(shown()?.getAttribute('src')).toBe('/s/a/');
    frame.reload();
    expect(take).toHaveBeenCalledTimes(1);
    expect(shown()?.getAttribute('src')).toBe('/s/a/');
    frame.rename('Desktop 2');
    expect(shown()?.title).toBe('Desktop 2');
    frame.url = '';
    frame.reload();
    expect(shown()).toBeNull();
    frame.dispose();
  });

  it('leaves a page that painted in good hands, and gets it back', () => {
    let kept: HTMLIFrameElement | null = null;
    const keep = jest.fn((page: HTMLIFrameElement) => {
      page.remove();
      kept = page;
      return true;
    });
    const take = (node: HTMLElement) => {
      if (kept) {
        node.append(kept);
      }
      return kept;
    };
    const warm: IWarm = { take, keep };
    const frame = new AppFrame('Desktop', nullTranslator.load(''), warm);
    const shown = () => frame.node.querySelector('iframe');
    Widget.attach(frame, document.body);
    frame.url = '/s/a/';
    const first = shown();
    Widget.detach(frame);
    expect(keep).not.toHaveBeenCalled(); // it showed nothing yet
    Widget.attach(frame, document.body);
    const say = (status: string) => {
      const data = { source: SOURCE, type: 'status', status };
      const source = shown()?.contentWindow ?? null;
      const { origin } = location;
      window.dispatchEvent(
        new MessageEvent('message', { data, origin, source })
      );
    };
    say('painted');
    Widget.detach(frame);
    expect(keep).toHaveBeenCalledWith(first, '/s/a/');
    expect(shown()).toBeNull();
    Widget.attach(frame, document.body);
    expect(shown()).toBe(first);
    say('closed');
    Widget.detach(frame);
    expect(keep).toHaveBeenCalledTimes(1);
    frame.dispose();
  });
});
