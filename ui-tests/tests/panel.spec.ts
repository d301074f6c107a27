import type { Locator } from '@playwright/test';

import {
  command,
  Desktop,
  dialogButton,
  expect,
  openPanel,
  PATIENCE,
  rowOf,
  SESSIONS,
  smoothness,
  tabBar,
  test
} from './helpers';
import { newLab } from './helpers-lab';
import { OwnServer } from './helpers-server';
import { axe } from './helpers-share';

test.describe.configure({ timeout: 180_000 });

const PRINTS = { command: `sh -c 'echo hello log; sleep 1000'` };

/** A button of a row, by the words that a screen reader says. */
function action(row: Locator, name: string): Locator {
  return row.getByRole('button', { name, exact: true });
}

test('a row says what runs and does what can be done with it', async ({
  page,
  rest
}, info) => {
  const panel = await openPanel(page);
  await expect(panel.locator('[data-remote="empty"]')).toContainText(
    'No sessions yet'
  );
  await page.screenshot({ path: info.outputPath('panel-empty.png') });

  const { id } = await rest.running('command', PRINTS, 'Long job');
  const row = rowOf(page, id);
  await expect(row).toContainText('Long job');
  await expect(row).toContainText('Running');
  await expect(row).toContainText(/\d+\s(s|min)/);
  await expect(row).toContainText(/\d\s[kM]B/);
  await expect(row.locator('.jp-RemoteRow-name')).toHaveAttribute(
    'title',
    /Command/
  );

  await action(row, 'Rename Long job').click();
  await page.locator('.jp-Dialog input').fill('Simulation');
  await dialogButton(page, 'Rename').click();
  await expect(row).toContainText('Simulation');
  expect((await rest.get(id)).name).toBe('Simulation');

  await action(row, 'Show log of Simulation').click();
  await expect(tabBar(page, 'Log: Simulation')).toBeVisible();
  await expect(page.locator('.jp-RemoteLog-text')).toContainText('hello log');

  // Nobody has it open and nobody has worked in it: no question.
  await action(row, 'Stop Simulation').click();
  await expect(row).toContainText('Stopped');
  await expect(row).toContainText(/ended\s\d+\ss\sago/);
  await expect(panel.locator('.jp-RemoteHeading')).toContainText('Ended (1)');
  await page.screenshot({ path: info.outputPath('panel-ended.png') });

  await action(row, 'Start Simulation again').click();
  await expect.poll(async () => (await rest.list()).length).toBe(2);
  await action(row, 'Forget Simulation').click();
  await expect(row).toHaveCount(0);
  expect((await rest.list()).map(session => session.id)).not.toContain(id);
});

test('a desktop that is open elsewhere is not stopped without a question', async ({
  page,
  rest,
  browser,
  baseURL
}, info) => {
  const { id } = await rest.start('desktop', {}, 'My desktop');
  const desktop = await new Desktop(page, id).open();
  const other = await newLab(browser, baseURL ?? '');
  const there = await new Desktop(other, id).open();
  await desktop.click(30, 30);
  await openPanel(page);
  const row = rowOf(page, id);
  await expect(row).toContainText('2 open');
  await expect(row).toContainText('active now');
  await page.screenshot({ path: info.outputPath('panel-desktop.png') });

  // The same in Lab's own panel.
  await page.sidebar.openTab('jp-running-sessions');
  const running = page.locator('#jp-running-sessions');
  const item = running
    .locator('.jp-RemoteRunning')
    .filter({ hasText: 'My desktop' });
  await expect(item).toBeVisible();
  await page.screenshot({ path: info.outputPath('running-panel.png') });
  await page.activity.activateTab('Launcher').catch(() => undefined);
  await item.locator('.jp-RunningSessions-itemLabel').click();
  await expect(desktop.view).toBeVisible();
  await item.hover();
  await item.locator('.jp-RunningSessions-itemShutdown').click();
  const dialog = page.locator('.jp-Dialog');
  await expect(dialog).toContainText('Stop My desktop?');
  await expect(dialog).toContainText('unsaved work is lost');
  await expect(dialog).toContainText('open elsewhere');
  await page.screenshot({ path: info.outputPath('stop-dialog.png') });
  await dialogButton(page, 'Cancel').click();
  expect((await rest.get(id)).state).toBe('running');

  await openPanel(page);
  await action(row, 'Stop My desktop').click();
  await dialogButton(page, 'Stop').click();
  await expect(desktop.view).toHaveAttribute('data-phase', 'ended');
  await expect(there.view).toHaveAttribute('data-phase', 'ended');
  await page.screenshot({ path: info.outputPath('stopped-tab.png') });
  await other.context().close();
});

test('the panel works with the keyboard alone', async ({ page, rest }) => {
  const { id } = await rest.running('command', PRINTS, 'Long job');
  await openPanel(page);
  const row = rowOf(page, id);
  const soon = { timeout: 2_000 };
  const dialog = page.locator('.jp-Dialog');
  const focused = (name: string) =>
    expect(action(row, `${name} Long job`)).toBeFocused(soon);
  // On a busy machine Lab gives its launcher the focus a good while after it is restored.
  await expect(async () => {
    await action(row, 'Long job').focus();
    for (const name of ['Show log of', 'Rename', 'Stop']) {
      await page.keyboard.press('Tab');
      await focused(name);
    }
    await page.keyboard.press('Shift+Tab');
    await focused('Rename');
    await page.keyboard.press('Enter');
    await expect(dialog).toContainText('Rename Long job', soon);
  }).toPass({ timeout: PATIENCE });
  await page.keyboard.press('Control+a');
  await page.keyboard.type('By keys');
  await page.keyboard.press('Enter');
  await expect(row).toContainText('By keys');
  await action(row, 'Stop By keys').focus();
  await page.keyboard.press('Enter');
  await expect(row).toContainText('Stopped');
});

test('three hundred sessions, also narrow and in the dark', async ({
  page,
  rest
}, info) => {
  const real = await rest.running('command', PRINTS, 'Real');
  await page.route(SESSIONS, async route => {
    const answer = await route.fetch();
    const list = (await answer.json()) as { sessions: object[] };
    list.sessions = many(await rest.get(real.id));
    await route.fulfill({ response: answer, json: list });
  });
  const panel = await openPanel(page);
  await command(page, 'jupyter-remote:refresh');
  const rows = panel.locator('.jp-RemoteRow');
  await expect(rows).toHaveCount(300);

  const slowest = await smoothness(page, '.jp-RemoteSessions');
  info.annotations.push({
    type: 'slowest frame, ms',
    description: `${slowest}`
  });

  const filter = panel.getByRole('searchbox');
  await filter.fill('Session 29');
  await expect(rows).toHaveCount(11);
  await filter.fill('');
  await page.screenshot({ path: info.outputPath('panel-many.png') });
  await page.sidebar.setWidth(160);
  await expect(rows).toHaveCount(300);
  const overflow = await panel.evaluate(node => {
    const wide = (one: Element) =>
      one.getBoundingClientRect().right >
      node.getBoundingClientRect().right + 1;
    return [...node.querySelectorAll('button')].filter(wide).length;
  });
  expect(overflow).toBe(0);
  await page.screenshot({ path: info.outputPath('panel-narrow.png') });
  await page.theme.setDarkTheme();
  await page.screenshot({ path: info.outputPath('panel-narrow-dark.png') });
});

test('without Xpra the launcher and the panel say how to install it', async ({
  browser
}, info) => {
  const server = await new OwnServer([
    '--RemoteDesktop.xpra=/nowhere/xpra'
  ]).start();
  try {
    const page = await newLab(browser, server.url);
    const card = page.locator('.jp-LauncherCard').filter({
      has: page.locator('.jp-LauncherCard-label', { hasText: /^Display$/ })
    });
    await card.click();
    const dialog = page.locator('.jp-Dialog');
    await expect(dialog).toContainText('cannot be used here');
    await expect(dialog).toContainText('apt install xpra');
    await axe(page, '.jp-Dialog');
    await page.screenshot({ path: info.outputPath('missing.png') });
    await page
      .context()
      .grantPermissions(['clipboard-read', 'clipboard-write']);
    await dialogButton(page, 'Copy').click();
    await expect(page.locator('.Toastify__toast')).toContainText('Copied');
    expect(await page.evaluate(() => navigator.clipboard.readText())).toContain(
      'apt install xpra'
    );
    // Where the browser allows no copy, the text is there to be copied by hand.
    await page.evaluate(() => {
      navigator.clipboard.writeText = () => Promise.reject(new Error('no'));
    });
    await card.click();
    await dialogButton(page, 'Copy').click();
    await expect(dialog.locator('textarea')).toHaveValue(/apt install xpra/);
    await dialogButton(page, 'Close').click();
    expect(await server.rest.list()).toEqual([]);

    const panel = await openPanel(page);
    await page.screenshot({ path: info.outputPath('panel-missing.png') });
    const start = panel.getByRole('button', { name: /^Desktop cannot/ });
    await start.click();
    await expect(dialog).toContainText('apt install xpra');
    await dialogButton(page, 'Ok').click();
    const notice = panel.locator('[data-remote="missing"]').first();
    await notice.getByRole('button', { name: 'Copy' }).click();
    await expect(dialog.locator('textarea')).toHaveValue(/apt install xpra/);
    await dialogButton(page, 'Close').click();
    await page.context().close();
  } finally {
    await server.close();
  }
});

/** Records like this one, in all states. */
function many(record: object): object[] {
  const states = ['running', 'starting', 'queued', 'stopped', 'failed', 'lost'];
  return Array.from({ length: 300 }, (_, index) => ({
    ...record,
    id:
      String(index)
        .padStart(20, 'a')
        .replace(/[0189]/g, 'b') + String(index),
    name: `Session ${index}`,
    state: states[index % states.length],
    ended: index % 6 > 2 ? '2026-11-21T10:00:00.000Z' : null,
    reason: index % 6 === 4 ? 'It ended with exit code 3.' : ''
  }));
}
