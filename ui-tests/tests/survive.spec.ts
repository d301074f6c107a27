import { writeFileSync } from 'node:fs';

import {
  Desktop,
  expect,
  openPanel,
  PATIENCE,
  RED,
  rowOf,
  test,
  WHITE
} from './helpers';
import { newLab } from './helpers-lab';
import { OwnServer } from './helpers-server';

test.describe.configure({ timeout: 240_000 });

test('a desktop outlives a killed server, and its tab finds it again', async ({
  browser
}, info) => {
  const server = await new OwnServer().start();
  try {
    const page = await newLab(browser, server.url, { bare: true });
    const { id } = await server.rest.start('desktop');
    const desktop = await new Desktop(page, id).open();
    await desktop.run("printf '\\e[41m\\e[2J'");
    await desktop.shows('the mark', p => p.count(RED) > 20_000);
    const mortal = await server.rest.running('command', {
      command: `sh -c 'while [ ! -e ${server.home}/end ]; do sleep 0.2; done; exit 5'`
    });
    await openPanel(page);

    await server.end('SIGKILL');
    await expect(desktop.view).not.toHaveAttribute('data-phase', 'open');
    await page.screenshot({ path: info.outputPath('server-gone.png') });
    // One of the sessions ends while nobody watches.
    writeFileSync(`${server.home}/end`, '');

    await server.start();
    await desktop.painted();
    await desktop.shows('the mark again', p => p.count(RED) > 20_000);
    // It is the same desktop, and takes keys as before.
    // Lab's own dialog about the lost server may lie over it.
    const dialog = page.locator('.jp-Dialog');
    await expect(async () => {
      if (await dialog.isVisible()) {
        await dialog.getByRole('button', { name: 'Close' }).click();
      }
      await desktop.click(300, 300);
      const frame = desktop.view.locator('iframe');
      await expect(frame).toBeFocused({ timeout: 1_000 });
    }).toPass({ timeout: PATIENCE });
    await page.keyboard.type("printf '\\e[0m\\e[2J'", { delay: 15 });
    await page.keyboard.press('Enter');
    await desktop.shows('white', p => p.count(WHITE) > 20_000);

    const end = await server.rest.until(mortal.id, 'failed');
    expect(end.exit_code).toBe(5);
    await expect(rowOf(page, mortal.id)).toContainText('Failed', {
      timeout: PATIENCE
    });
    expect(await server.rest.get(id)).toMatchObject({ state: 'running' });
    await page.context().close();
  } finally {
    await server.close();
  }
});

test('a normal end of the server leaves the desktops running', async () => {
  const server = await new OwnServer().start();
  try {
    const { id } = await server.rest.running('command', {
      command: 'sleep 1000'
    });
    await server.end('SIGTERM');
    await server.start();
    expect(await server.rest.get(id)).toMatchObject({ state: 'running' });
  } finally {
    await server.close();
  }
});
