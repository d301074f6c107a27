import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { galata } from '@jupyterlab/galata';

import { Desktop, expect, inFrame, PATIENCE, test } from './helpers';

test.describe.configure({ timeout: 180_000 });
test.use({ viewport: { width: 1200, height: 800 } });

const FILE = join(process.env['JUPYTER_REMOTE_UI_HOME'] ?? '/tmp', 'layout');

/** What the desktop's page told Xpra, and the pictures that came: kind and quality. */
interface IPage {
  jrSent: [string, unknown][];
  jrPictures: [string, number][];
  jupyterRemote: {
    client: { send: (packet: [string, unknown]) => void };
  };
  XpraWindow: { prototype: { do_paint: (...packet: unknown[]) => void } };
}

/** Note from now on what goes to Xpra, and what is painted. */
function note(desktop: Desktop): Promise<void> {
  return inFrame(desktop, () => {
    const page = window as unknown as IPage;
    [page.jrSent, page.jrPictures] = [[], []];
    const { client } = page.jupyterRemote;
    const send = client.send;
    client.send = function (packet) {
      page.jrSent.push(packet);
      send.call(this, packet);
    };
    const { prototype } = page.XpraWindow;
    const paint = prototype.do_paint;
    prototype.do_paint = function (...packet) {
      const options = packet[8] as { quality?: number } | undefined;
      page.jrPictures.push([packet[4] as string, options?.quality ?? 100]);
      paint.apply(this, packet);
    };
  });
}

/** What was said about the picture's quality since this was last asked. */
function said(desktop: Desktop): Promise<Record<string, unknown>> {
  return inFrame(desktop, () => {
    const page = window as unknown as IPage;
    const about = page.jrSent.filter(([name]) => /quality|speed/.test(name));
    page.jrSent = [];
    return Object.fromEntries(about);
  });
}

/** The pictures since this was last asked. */
function pictures(desktop: Desktop): Promise<[string, number][]> {
  return inFrame(desktop, () => {
    const page = window as unknown as IPage;
    const seen = page.jrPictures;
    page.jrPictures = [];
    return seen;
  });
}

/** Wait for a picture of a quality such as this one. */
async function coarse(desktop: Desktop): Promise<void> {
  await expect
    .poll(() => pictures(desktop), { timeout: PATIENCE })
    .toContainEqual(['jpeg', 25]);
}

/** The layout that the X server has, as a program in the desktop is told. */
async function layoutThere(desktop: Desktop): Promise<string> {
  rmSync(FILE, { force: true });
  await desktop.run(`setxkbmap -query > ${FILE}.part; mv ${FILE}.part ${FILE}`);
  const answer = () => {
    try {
      return readFileSync(FILE, 'utf8');
    } catch {
      return '';
    }
  };
  await expect.poll(answer, { timeout: PATIENCE }).not.toBe('');
  return /layout:\s*(\S+)/.exec(answer())?.[1] ?? '';
}

test('a layout chosen in the toolbar is that of the X server', async ({
  page,
  rest
}) => {
  const { id } = await rest.start('desktop');
  const desktop = await new Desktop(page, id).open();
  expect(await layoutThere(desktop)).toBe('us');
  const list = desktop.tab.getByLabel('Keyboard layout');
  for (const [label, name] of [
    ['German', 'de'],
    ['French', 'fr'],
    ['Automatic keyboard', 'us']
  ] as const) {
    await list.selectOption({ label });
    await expect
      .poll(() => layoutThere(desktop), { timeout: PATIENCE })
      .toBe(name);
  }
});

test('a picture quality chosen in the toolbar is that of the pictures', async ({
  page,
  rest
}) => {
  const { id } = await rest.start('desktop');
  const desktop = await new Desktop(page, id).open();
  await desktop.still();
  await note(desktop);
  const list = desktop.tab.getByLabel('Picture quality');
  await list.selectOption('low');
  await coarse(desktop);
  expect(await said(desktop)).toEqual({
    'min-quality': 0,
    quality: 25,
    'min-speed': 30,
    speed: -1
  });

  await list.selectOption('lossless');
  await expect
    .poll(() => said(desktop))
    .toEqual({ 'min-quality': 100, quality: 100, 'min-speed': 0, speed: -1 });
  // Once what was on its way is there, a change of the whole window comes exactly.
  await desktop.still();
  await pictures(desktop);
  const before = await desktop.picture();
  await desktop.run('seq 1000 1200');
  await desktop.shows('numbers', p => p.difference(before) > 5_000);
  await desktop.still();
  const exact = await pictures(desktop);
  expect(exact.length).toBeGreaterThan(0);
  for (const [kind, quality] of exact) {
    expect([kind, quality]).not.toContain('jpeg');
    expect(quality).toBe(100);
  }

  await list.selectOption('auto');
  await expect
    .poll(() => said(desktop))
    .toEqual({ quality: -1, 'min-quality': 30, speed: -1, 'min-speed': 30 });
});

test.describe('with settings of the user', () => {
  test.use({
    mockSettings: {
      ...galata.DEFAULT_SETTINGS,
      'jupyterlab-remote:desktop': { keyboardLayout: 'fr', quality: 'low' }
    }
  });

  test('new desktops have the layout and the quality that they say', async ({
    page,
    rest
  }) => {
    const { id } = await rest.start('desktop');
    const desktop = await new Desktop(page, id).open();
    await expect(desktop.tab.getByLabel('Keyboard layout')).toHaveValue('fr');
    await expect(desktop.tab.getByLabel('Picture quality')).toHaveValue('low');
    await expect
      .poll(() => layoutThere(desktop), { timeout: PATIENCE })
      .toBe('fr');
    await note(desktop);
    await page.setViewportSize({ width: 1000, height: 700 });
    await coarse(desktop);
  });
});
