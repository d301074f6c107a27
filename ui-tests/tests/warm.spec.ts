import type { Frame, Page } from '@playwright/test';

import {
  BACKGROUND,
  Desktop,
  expect,
  openPanel,
  RED,
  test,
  WHITE
} from './helpers';

test.describe.configure({ timeout: 180_000 });
test.use({ viewport: { width: 1200, height: 800 } });

const WAITS = '**/jupyter-remote/desktop-client/parked';
const terminal = { white: WHITE, behind: BACKGROUND };

/** What a desktop's page knows; `mark` is left by the test. */
interface IKnown {
  mark?: string;
  sent: string[];
  XpraProtocolWorkerHost: {
    prototype: {
      send: (this: unknown, packet: [string, ...unknown[]]) => void;
    };
  };
  jupyterRemote: {
    password: string;
    record: string;
    parameters: { path: string };
  };
}

/** The page that waits, loaded to its end. */
async function waiting(page: Page): Promise<Frame> {
  await expect(page.locator('.jp-RemoteWarm iframe')).toHaveCount(1);
  const handle = await page.locator('.jp-RemoteWarm iframe').elementHandle();
  const frame = await handle.contentFrame();
  await frame?.waitForLoadState('load');
  return frame as Frame;
}

/** Leave a mark in a page, which is gone when it is loaded anew. */
async function mark(frame: Frame): Promise<void> {
  await frame.evaluate(() => {
    (window as unknown as IKnown).mark = 'waited';
  });
}

/** Note the packets that a page will send. */
async function note(frame: Frame): Promise<void> {
  await frame.evaluate(() => {
    const page = window as unknown as IKnown;
    const { prototype } = page.XpraProtocolWorkerHost;
    const { send } = prototype;
    page.sent = [];
    prototype.send = function (packet) {
      page.sent.push(packet[0]);
      send.call(this, packet);
    };
  });
}

/** Open desktops as the launcher does, without a pause. */
async function click(page: Page, times = 1): Promise<void> {
  await page.evaluate(count => {
    for (let i = 0; i < count; i++) {
      const args = { app: 'desktop', cwd: '' };
      const name = 'jupyter-remote:start-session';
      void window.jupyterapp.commands.execute(name, args);
    }
  }, times);
}

/** The desktop in a tab shows its terminal; answers the mark in its page. */
async function opened(
  page: Page,
  id: string
): Promise<{ desktop: Desktop; mark: string; url: string }> {
  const desktop = await new Desktop(page, id).painted();
  await desktop.shows(
    'a terminal',
    p => p.count(terminal.white) > 20_000 && p.count(terminal.behind) > 20_000
  );
  const handle = await desktop.view.locator('iframe').elementHandle();
  const frame = (await handle.contentFrame()) as Frame;
  const left = await frame.evaluate(
    () => (window as unknown as IKnown).mark ?? ''
  );
  return { desktop, mark: left, url: frame.url() };
}

test('a page that knows nothing waits, and becomes the next desktop', async ({
  page,
  rest
}) => {
  const sockets: string[] = [];
  page.on('websocket', socket => sockets.push(socket.url()));
  const frame = await waiting(page);
  await mark(frame);
  await note(frame);
  const { record, password, parameters } = await frame.evaluate(
    () => (window as unknown as IKnown).jupyterRemote
  );
  expect({ record, password, path: parameters.path }).toEqual({
    record: '',
    password: '',
    path: ''
  });
  expect(sockets.filter(url => url.includes('/s/'))).toEqual([]);
  // It takes the keyboard from nobody.
  const focused = () => document.activeElement?.tagName;
  expect(await frame.evaluate(focused)).toBe('BODY');
  expect(await page.evaluate(focused)).not.toBe('IFRAME');
  expect(await rest.list()).toEqual([]);

  await click(page);
  await expect.poll(async () => (await rest.list()).length).toBe(1);
  const [session] = await rest.list();
  const id = session?.id ?? '';
  const { desktop, mark: left, url } = await opened(page, id);
  expect(left).toBe('waited');
  expect(url).toContain(`/jupyter-remote/s/${id}/`);
  expect(sockets.filter(socket => socket.includes('/s/'))[0]).toContain(id);

  // Xpra paints everything anew for each of these: one is enough, and not before it painted.
  const sent = () => frame.evaluate(() => (window as unknown as IKnown).sent);
  await expect.poll(sent).toContain('quality');
  const packets = await sent();
  expect(packets.filter(name => name === 'quality')).toHaveLength(1);
  const painted = packets.indexOf('damage-sequence');
  expect(packets.indexOf('quality')).toBeGreaterThan(painted);

  // The keyboard is there, as in every desktop that opened in front.
  await desktop.run("printf '\\e[41m\\e[2J'");
  await desktop.shows('red', p => p.count(RED) > 20_000);

  // The next one waits; opened again, the same desktop takes it.
  await mark(await waiting(page));
  await page.evaluate(() => {
    void window.jupyterapp.commands.execute('application:close');
  });
  await expect(page.locator('.jp-RemoteSession')).toHaveCount(0);
  await desktop.open();
  const handle = await desktop.view.locator('iframe').elementHandle();
  const again = (await handle.contentFrame()) as Frame;
  expect(await again.evaluate(() => 'mark' in window)).toBe(true);
  await desktop.shows('red again', p => p.count(RED) > 20_000);

  // Loaded anew it is the session's own page.
  await again.evaluate(() => {
    window.location.reload();
  });
  await desktop.shows('red once more', p => p.count(RED) > 20_000);
});

test('two at once are two desktops, one of them in the page that waited', async ({
  page,
  rest
}) => {
  await mark(await waiting(page));
  await click(page, 2);
  await expect.poll(async () => (await rest.list()).length).toBe(2);
  const marks: string[] = [];
  for (const { id } of await rest.list()) {
    await page.evaluate(session => {
      const name = 'jupyter-remote:open-session';
      void window.jupyterapp.commands.execute(name, { id: session });
    }, id);
    const { desktop, mark: left, url } = await opened(page, id);
    expect(url).toContain(`/s/${id}/`);
    marks.push(left);
    if (left) {
      // In another part of Lab it stays the page that it is.
      const tab = await desktop.tab.getAttribute('id');
      await page.evaluate(domId => {
        const { shell } = window.jupyterapp;
        const moving = [...shell.widgets('main')].find(w => w.id === domId);
        for (const area of moving ? ['down', 'main'] : []) {
          shell.add(moving as typeof shell.currentWidget & object, area);
        }
        shell.activateById(domId ?? '');
      }, tab);
      const moved = await opened(page, id);
      expect([moved.mark, moved.url]).toEqual(['waited', url]);
    }
  }
  expect(marks.sort()).toEqual(['', 'waited']);
});

test('a tab that is hidden while its desktop connects shows it later', async ({
  page,
  rest
}) => {
  await mark(await waiting(page));
  let release = (): void => undefined;
  const held = new Promise<void>(resolve => (release = resolve));
  let asked = false;
  await page.route('**/jupyter-remote/s/*/', async route => {
    if (route.request().resourceType() === 'fetch') {
      asked = true;
      await held;
    }
    await route.fallback();
  });
  await click(page);
  await expect.poll(() => asked).toBe(true);
  const launcher = page.getByRole('tab', { name: 'Launcher' });
  await launcher.click();
  await expect(page.locator('.jp-RemoteSession')).toBeHidden();
  release();
  const [session] = await rest.list();
  const id = session?.id ?? '';
  await rest.until(id, 'running');
  await page.waitForTimeout(2_000); // what it would do without being seen
  await page.evaluate(tab => {
    const name = 'jupyter-remote:open-session';
    void window.jupyterapp.commands.execute(name, { id: tab });
  }, id);
  const { mark: left } = await opened(page, id);
  expect(left).toBe('waited');
});

test('a page that fails, early or late, keeps no desktop from opening', async ({
  page,
  rest
}) => {
  // It cannot take over what belongs to the session: it is loaded as always.
  await mark(await waiting(page));
  await page.route('**/jupyter-remote/s/*/', route =>
    route.request().resourceType() === 'fetch'
      ? route.abort()
      : route.fallback()
  );
  await click(page);
  await expect.poll(async () => (await rest.list()).length).toBe(1);
  const [first] = await rest.list();
  expect((await opened(page, first?.id ?? '')).mark).toBe('');

  // It is never loaded, and nothing of it stays.
  await page.route(WAITS, route => route.abort());
  const failed = page.waitForEvent('requestfailed', request =>
    request.url().endsWith('/desktop-client/parked')
  );
  await page.goto('?reset');
  await openPanel(page);
  await failed;
  await expect(page.locator('.jp-RemoteWarm iframe')).toHaveCount(0);
  const desktop = await new Desktop(page, first?.id ?? '').open();
  await desktop.shows('a terminal', p => p.count(WHITE) > 20_000);
});
