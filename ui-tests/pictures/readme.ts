import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Page } from '@playwright/test';

import { command, Desktop, expect, test } from '../tests/helpers';
import { newLab } from '../tests/helpers-lab';
import { OwnServer } from '../tests/helpers-server';

test.describe.configure({ timeout: 180_000 });

const IMAGES = join(__dirname, '..', '..', 'docs', 'images');
/** Of Debian's x11-apps; they come when all is typed, and lie on top. */
const WINDOWS =
  '(sleep 25; xclock -geometry 180x180-60+80 & xlogo -geometry 150x150-300-90 & xeyes -geometry 240x150-50-90) 2>/dev/null & clear; exec python3 -q';
const LINES = [
  'from math import sin',
  '[round(sin(x / 4), 2) for x in range(8)]',
  '"Grüße, привет, γειά"'
];

async function open(
  browser: Parameters<typeof newLab>[0],
  server: OwnServer,
  dark: boolean
): Promise<Page> {
  const page = await newLab(browser, server.url, { bare: true });
  await page.setViewportSize({ width: 1280, height: 760 });
  if (dark) {
    await page.theme.setDarkTheme();
  }
  return page;
}

/** A home as a user has it, on a server without the tests' folders. */
async function serve(): Promise<OwnServer> {
  const server = new OwnServer();
  const work = join(server.home, 'work');
  mkdirSync(join(work, 'data'), { recursive: true });
  writeFileSync(join(work, 'analysis.ipynb'), '{}');
  return server.start();
}

test('a desktop beside the list of sessions and jobs', async ({ browser }) => {
  const server = await serve();
  try {
    const { rest } = server;
    const long = { command: 'sleep 1000' };
    await rest.running('command', long, 'Parameter sweep');
    await rest.running('program', { command: 'xterm' }, 'XTerm');
    const { id } = await rest.running('desktop', {}, 'Analysis');
    const page = await open(browser, server, true);
    await page.getByRole('button', { name: 'No', exact: true }).click();
    await command(page, 'jupyter-remote:show-panel');
    const desktop = await new Desktop(page, id).open();
    await desktop.run(WINDOWS);
    await page.waitForTimeout(5_000);
    for (const line of LINES) {
      await page.keyboard.type(line, { delay: 30 });
      await page.keyboard.press('Enter');
    }
    await page.waitForTimeout(20_000);
    await expect(page.locator('.jp-Dialog, .Toastify__toast')).toHaveCount(0);
    await page.screenshot({ path: join(IMAGES, 'panel-dark.png') });
  } finally {
    await server.close();
  }
});
