import { SOURCE } from './messages';
import { WarmPage } from './warmpage';

const TITLE = 'waits';
const PATH = '/jupyter-remote/s/aaaaaaaaaaaaaaaaaaaa/';

/** A page that waits, once the browser was idle. */
function parked(wanted = true): WarmPage {
  const warm = new WarmPage({
    url: () => 'about:blank',
    any: true,
    title: TITLE,
    wanted: () => wanted
  });
  warm.park();
  jest.runAllTimers();
  return warm;
}

const frames = () =>
  document.querySelectorAll<HTMLIFrameElement>('.jp-RemoteWarm iframe');

/** The frame's page says that it is loaded. */
function ready(origin = location.origin): void {
  const source = frames()[0]?.contentWindow ?? null;
  const data = { source: SOURCE, type: 'parked' };
  window.dispatchEvent(new MessageEvent('message', { data, origin, source }));
}

function place(): HTMLElement {
  const node = document.createElement('div');
  document.body.append(node);
  return node;
}

/** A browser that can move nodes as they are. */
function letMove(): void {
  Object.assign(HTMLElement.prototype, {
    moveBefore(this: HTMLElement, node: Node, child: Node | null) {
      this.insertBefore(node, child);
    }
  });
}

describe('WarmPage', () => {
  let made: WarmPage[] = [];
  const make = (wanted?: boolean) => {
    const warm = parked(wanted);
    made.push(warm);
    return warm;
  };

  const ofSession = () => {
    const warm = new WarmPage({
      url: () => PATH,
      title: TITLE,
      wanted: () => true
    });
    made.push(warm);
    warm.park();
    jest.runAllTimers();
    return warm;
  };

  beforeEach(() => {
    jest.useFakeTimers();
    letMove();
  });

  afterEach(() => {
    made.forEach(warm => {
      warm.dispose();
    });
    made = [];
    jest.useRealTimers();
    document.body.replaceChildren();
    Reflect.deleteProperty(HTMLElement.prototype, 'moveBefore');
  });

  it('loads once, and out of reach', () => {
    const warm = make();
    warm.park();
    jest.runAllTimers();
    expect(frames()).toHaveLength(1);
    expect(frames()[0]?.tabIndex).toBe(-1);
    expect(frames()[0]?.title).toBe(TITLE);
  });

  it('is not loaded when nobody wants it', () => {
    make(false);
    expect(frames()).toHaveLength(0);
  });

  it('is not taken before it says that it is loaded', () => {
    const warm = make();
    const node = place();
    expect(warm.take(node, PATH)).toBeNull();
    ready('https://elsewhere.example');
    expect(warm.take(node, PATH)).toBeNull();
    expect(frames()).toHaveLength(1);
  });

  it('is moved into its place and told the session, once', () => {
    const warm = make();
    ready();
    const [frame] = frames();
    // jsdom makes a new window for a frame that moves; browsers that can move keep it
    const target = { postMessage: jest.fn() };
    Object.defineProperty(frame, 'contentWindow', { value: target });
    const node = place();
    expect(warm.take(document.createElement('div'), PATH)).toBeNull();
    expect(warm.take(node, PATH)).toBe(frame);
    expect(node.firstChild).toBe(frame);
    expect(frame?.hasAttribute('tabindex')).toBe(false);
    const said = { source: SOURCE, type: 'adopt', path: PATH };
    expect(target.postMessage).toHaveBeenCalledWith(said, location.origin);
    expect(document.querySelector('.jp-RemoteWarm')).toBeNull();
    expect(warm.take(node, PATH)).toBeNull();
    warm.park();
    jest.runAllTimers();
    expect(frames()).toHaveLength(1);
    expect(frames()[0]).not.toBe(frame);
    expect(warm.take(node, PATH)).toBeNull(); // the new one is not loaded yet
  });

  it('tries again, ever later, when what was loaded does not wait', () => {
    const warm = make();
    const again = (later: number) => {
      jest.advanceTimersByTime(later);
      warm.park();
      jest.advanceTimersByTime(5_000);
      return frames().length;
    };
    const fail = () => {
      frames()[0]?.dispatchEvent(new Event('load'));
      jest.advanceTimersByTime(5_000);
      return frames().length;
    };
    expect(fail()).toBe(0);
    expect(again(0)).toBe(0);
    expect(again(60_000)).toBe(1);
    expect(fail()).toBe(0);
    expect(again(60_000)).toBe(0);
    expect(again(60_000)).toBe(1);
    frames()[0]?.dispatchEvent(new Event('load'));
    ready();
    jest.advanceTimersByTime(5_000);
    expect(frames()).toHaveLength(1);
  });

  it('only brings the scripts where a page cannot be moved', () => {
    Reflect.deleteProperty(HTMLElement.prototype, 'moveBefore');
    const warm = make();
    expect(frames()).toHaveLength(1);
    ready();
    expect(frames()).toHaveLength(0);
    expect(warm.take(place(), PATH)).toBeNull();
    warm.park();
    jest.runAllTimers();
    expect(frames()).toHaveLength(0);
  });

  it('of one session is loaded in its size, taken for it, let go with it', () => {
    let url = PATH;
    let size: { width: number; height: number } | null = null;
    const warm = new WarmPage({
      url: () => url,
      size: () => size,
      title: TITLE,
      wanted: () => true
    });
    made.push(warm);
    const look = () => {
      warm.park();
      jest.runAllTimers();
      return frames()[0]?.getAttribute('src');
    };
    size = { width: 913, height: 677 };
    expect(look()).toBe(PATH);
    expect([frames()[0]?.width, frames()[0]?.height]).toEqual(['913', '677']);
    ready();
    expect(warm.take(place(), PATH.replace('aaa', 'bbb'))).toBeNull();

    // Somebody else took it: it goes, but not before this tab could have taken it.
    url = '';
    warm.park();
    jest.advanceTimersByTime(1_000);
    expect(frames()).toHaveLength(1);
    jest.runAllTimers();
    expect(frames()).toHaveLength(0);
    expect(look()).toBeUndefined();
    url = PATH.replace('aaa', 'ccc');
    expect(look()).toBe(url);
    ready();
    const frame = frames()[0];
    url = '';
    warm.park();
    expect(warm.take(place(), PATH.replace('aaa', 'ccc'))).toBe(frame);
    jest.runAllTimers();
    expect(frame?.isConnected).toBe(true);
  });

  it('is let go when it says that it lost its session', () => {
    const warm = ofSession();
    const source = frames()[0]?.contentWindow ?? null;
    const say = (status: string) => {
      const data = { source: SOURCE, type: 'status', status };
      const { origin } = location;
      window.dispatchEvent(
        new MessageEvent('message', { data, origin, source })
      );
    };
    say('painted');
    expect(frames()).toHaveLength(1);
    say('closed');
    expect(frames()).toHaveLength(0);
    expect(warm.take(place(), PATH)).toBeNull();
  });

  it('of one session is not loaded where a page cannot be moved', () => {
    Reflect.deleteProperty(HTMLElement.prototype, 'moveBefore');
    ofSession();
    expect(frames()).toHaveLength(0);
  });
});
