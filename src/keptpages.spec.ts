import { KeptPages } from './keptpages';
import { SOURCE } from './messages';
import { makeFrame } from './warmpage';

const hidden = () => document.querySelectorAll('.jp-RemoteWarm iframe');

function shown(): HTMLIFrameElement {
  const frame = makeFrame();
  document.body.append(frame);
  return frame;
}

describe('KeptPages', () => {
  let pages = new KeptPages();

  beforeEach(() => {
    jest.useFakeTimers();
    pages = new KeptPages();
    // A browser that can move nodes as they are.
    Object.assign(HTMLElement.prototype, {
      moveBefore(this: HTMLElement, node: Node, child: Node | null) {
        this.insertBefore(node, child);
      }
    });
  });

  afterEach(() => {
    pages.dispose();
    jest.useRealTimers();
    document.body.replaceChildren();
    Reflect.deleteProperty(HTMLElement.prototype, 'moveBefore');
  });

  it('gives a page back to the next tab of its session', () => {
    const frame = shown();
    expect(pages.keep(frame, '/s/a/')).toBe(true);
    expect([...hidden()]).toEqual([frame]);
    expect([pages.has('/s/a/'), pages.has('/s/b/')]).toEqual([true, false]);
    expect(pages.take(document.body, '/s/b/')).toBeNull();
    expect(pages.take(document.createElement('div'), '/s/a/')).toBeNull();
    expect(pages.take(document.body, '/s/a/')).toBe(frame);
    expect(frame.parentNode).toBe(document.body);
    expect(hidden()).toHaveLength(0);
    jest.runAllTimers();
    expect(frame.isConnected).toBe(true);
  });

  it('lets a page go after a while, and the oldest of many', () => {
    for (const path of ['/s/a/', '/s/b/', '/s/c/']) {
      pages.keep(shown(), path);
    }
    expect(hidden()).toHaveLength(2);
    expect(pages.has('/s/a/')).toBe(false);
    jest.runAllTimers();
    expect(hidden()).toHaveLength(0);
  });

  it('keeps no page of a session that ended', () => {
    const frame = shown();
    pages.keep(frame, '/s/a/');
    const data = { source: SOURCE, type: 'status', status: 'closed' };
    const source = frame.contentWindow;
    window.dispatchEvent(new MessageEvent('message', { data, source }));
    expect(hidden()).toHaveLength(0);
  });

  it('keeps none where a page cannot be moved', () => {
    Reflect.deleteProperty(HTMLElement.prototype, 'moveBefore');
    expect(pages.keep(shown(), '/s/a/')).toBe(false);
    expect(hidden()).toHaveLength(0);
  });
});
