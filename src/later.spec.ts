import type { JupyterFrontEnd } from '@jupyterlab/application';
import { showErrorMessage } from '@jupyterlab/apputils';
import type { WidgetTracker } from '@jupyterlab/apputils';
import { nullTranslator } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';

import { everestIcon } from './icons';
import type { IKeptTab } from './later';
import { openLater } from './later';

jest.mock('@jupyterlab/apputils', () => ({
  ...jest.requireActual<object>('@jupyterlab/apputils'),
  showErrorMessage: jest.fn(() => Promise.resolve())
}));

const trans = nullTranslator.load('jupyter_remote');
const args = { draft: { command: 'long' }, id: '7' };

/** A part of the page that does not come so many times. */
function later(failures: number) {
  const tabs: IKeptTab[] = [];
  const add = (tab: IKeptTab) => {
    tabs.push(tab);
  };
  const opened = jest.fn((part: string, given: object) => {
    return Object.assign(new Widget(), { part, given });
  });
  let left = failures;
  const options = {
    app: { shell: { add: jest.fn() } } as unknown as JupyterFrontEnd,
    tracker: { add } as unknown as WidgetTracker<IKeptTab>,
    load: () =>
      left-- > 0
        ? Promise.reject(new Error('Loading chunk 17 failed.'))
        : Promise.resolve('part'),
    open: opened,
    label: trans.__('Sweep'),
    icon: everestIcon,
    trans
  };
  return { options, tabs, opened };
}

const turn = () => new Promise(resolve => setTimeout(resolve));

beforeEach(() => {
  jest.mocked(showErrorMessage).mockClear();
});

describe('a tab whose part of the page is loaded later', () => {
  it('is opened when it has come', async () => {
    const { options, tabs, opened } = later(0);
    await openLater(options, args, '7');
    expect(opened).toHaveBeenCalledWith('part', args);
    expect(tabs).toEqual([]);
  });

  it('that comes back keeps what was written until it can be shown', async () => {
    const { options, tabs, opened } = later(2);
    await openLater(options, args, '7');
    const [tab] = tabs;
    expect(tab?.kept).toEqual({ id: '7', args });
    expect(tab?.node.textContent).toContain('is kept');
    expect(showErrorMessage).not.toHaveBeenCalled();
    const button = tab?.node.querySelector('button:last-of-type');
    const again = () => {
      (button as HTMLButtonElement).click();
      return turn();
    };
    await again();
    expect(showErrorMessage).toHaveBeenCalledTimes(1);
    expect([tab?.isDisposed, opened.mock.calls.length]).toEqual([false, 0]);
    await again();
    expect(tab?.isDisposed).toBe(true);
    expect(opened).toHaveBeenCalledWith('part', args);
  });

  it('that is new only says that it did not come', async () => {
    const { options, tabs } = later(1);
    expect(await openLater(options, {})).toBeUndefined();
    expect(showErrorMessage).toHaveBeenCalledTimes(1);
    expect(tabs).toEqual([]);
  });
});
