import type { Locator, Page } from '@playwright/test';

import { Desktop, expect, openPanel, RED, test, WHITE } from './helpers';
import { newLab } from './helpers-lab';
import { OwnServer } from './helpers-server';

test.describe.configure({ timeout: 240_000 });

interface IKnown {
  jupyterRemote?: { status: string };
  jrTestMark?: string;
}

/** Which spare desktop a hidden frame of this page shows; empty: none is painted. */
function waiting(page: Page): Promise<string> {
  return page.evaluate(() => {
    const frames = document.querySelectorAll<HTMLIFrameElement>(
      '.jp-RemoteWarm iframe[src*="/s/"]'
    );
    const page = frames[0]?.contentWindow as (Window & IKnown) | undefined;
    const painted = page?.jupyterRemote?.status === 'painted';
    return painted ? (frames[0]?.src.split('/').at(-2) ?? '') : '';
  });
}

test('a spare desktop is connected before the click, and one tab gets it', async ({
  browser
}) => {
  const trait = '--RemoteUpkeep.spare_desktops=1';
  const server = await new OwnServer([trait]).start();
  try {
    const page = await newLab(browser, server.url, { bare: true });
    const other = await newLab(browser, server.url, { bare: true });
    await expect.poll(() => waiting(page), { timeout: 60_000 }).not.toBe('');
    await expect.poll(() => waiting(other), { timeout: 60_000 }).not.toBe('');
    const id = await waiting(page);

    // Nobody sees it, and it takes the keyboard from nobody.
    await expect(page.locator('.jp-RemoteWarm iframe').first()).toBeHidden();
    const focused = await page.evaluate(() => document.activeElement?.tagName);
    expect(focused).not.toBe('IFRAME');
    const panel = await openPanel(page);
    await expect(panel).toContainText('No session');
    const frames = page.locator('.jp-RemoteWarm iframe[src*="/s/"]');
    await frames.evaluate((element: HTMLIFrameElement) => {
      (element.contentWindow as Window & IKnown).jrTestMark = 'waited';
    });

    await page.evaluate(() => {
      const start = 'jupyter-remote:start-session';
      void window.jupyterapp.commands.execute(start, { app: 'desktop' });
    });
    const desktop = await new Desktop(page, id).painted();
    const frame = desktop.view.locator('iframe');
    const mark = await frame.evaluate(
      (element: HTMLIFrameElement) =>
        (element.contentWindow as Window & IKnown).jrTestMark
    );
    expect(mark).toBe('waited');
    expect(await server.rest.get(id)).toMatchObject({
      name: 'Desktop 1',
      spare: false
    });
    await desktop.shows('its terminal', p => p.count(WHITE) > 20_000);
    await desktop.run("printf '\\e[41m\\e[2J'");
    await desktop.shows('red', p => p.count(RED) > 20_000);

    // The other tab lets go of it, and waits for the next one.
    await expect
      .poll(() => waiting(other), { timeout: 90_000 })
      .not.toMatch(new RegExp(`^(${id})?$`));
    await page.context().close();
    await other.context().close();
  } finally {
    await server.close();
  }
});

/** The launcher's card, on which the pointer now rests. */
async function rested(page: Page): Promise<Locator> {
  await page.evaluate(() =>
    window.jupyterapp.commands.execute('launcher:create')
  );
  const label = page.locator('.jp-LauncherCard-label');
  const card = page
    .locator('.jp-LauncherCard:visible')
    .filter({ has: label.filter({ hasText: /^Display$/ }) })
    .first();
  await card.hover();
  return card;
}

test('the pointer on its card begins the desktop that the click opens', async ({
  browser
}) => {
  const server = await new OwnServer().start();
  try {
    const page = await newLab(browser, server.url, { bare: true });
    const card = await rested(page);
    await expect.poll(() => server.rest.list()).toHaveLength(1);
    const [begun] = await server.rest.list();
    expect(begun).toMatchObject({ app: 'desktop', spare: true });
    expect(begun?.options['size']).toMatch(/^\d+x\d+$/);

    await card.click();
    const desktop = await new Desktop(page, begun?.id ?? '').painted();
    await desktop.shows('its terminal', p => p.count(WHITE) > 20_000);
    const [taken, ...others] = await server.rest.list();
    expect(taken).toMatchObject({ name: 'Desktop 1', spare: false });
    expect(others).toEqual([]);
    await page.context().close();
  } finally {
    await server.close();
  }
});

test('without a click it ends, and nobody was told of it', async ({
  browser
}) => {
  const traits = ['--RemoteUpkeep.head_start=1', '--RemoteUpkeep.interval=0.2'];
  const server = await new OwnServer(traits).start();
  try {
    const page = await newLab(browser, server.url, { bare: true });
    const panel = await openPanel(page);
    await rested(page);
    await expect.poll(() => server.rest.list()).toHaveLength(1);
    await expect(panel).toContainText('No session');
    await expect
      .poll(() => server.rest.list(), { timeout: 60_000 })
      .toEqual([]);
    await expect(panel).toContainText('No session');
    const told = page.locator('.Toastify__toast', { hasText: 'Desktop' });
    await expect(told).toHaveCount(0);
    await page.context().close();
  } finally {
    await server.close();
  }
});
