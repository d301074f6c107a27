import { nullTranslator } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';

import type { WarmPage } from './warmpage';
import { AppFrame } from './widgets/frame';

describe('AppFrame', () => {
  it('takes the page that waits once, and loads its own anew', () => {
    const take = jest.fn(() => null);
    const warm = { take } as unknown as WarmPage;
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
});
