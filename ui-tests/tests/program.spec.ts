import type { IJupyterLabPageFixture } from '@jupyterlab/galata';

import {
  BACKGROUND,
  command,
  Desktop,
  dialogButton,
  expect,
  PATIENCE,
  RED,
  test,
  WHITE
} from './helpers';
import type { Rest } from './helpers-rest';
import { axe } from './helpers-share';

test.describe.configure({ timeout: 180_000 });
test.use({ viewport: { width: 1200, height: 800 } });

/** Choose or type a program in the dialog and start it. */
async function start(
  page: IJupyterLabPageFixture,
  line: string
): Promise<void> {
  await command(page, 'jupyter-remote:start-program');
  await page.locator('.jp-RemotePrograms input').fill(line);
  await dialogButton(page, 'Start').click();
}

/** The only session, as the desktop that shows it. */
async function only(
  page: IJupyterLabPageFixture,
  rest: Rest
): Promise<Desktop> {
  await expect.poll(async () => (await rest.list()).length).toBe(1);
  const [session] = await rest.list();
  return new Desktop(page, session?.id ?? '').painted();
}

test('a program of the machine shows its windows only and ends with them', async ({
  page,
  rest
}, info) => {
  const card = page.locator('.jp-LauncherCard').filter({ hasText: 'Program…' });
  await card.click();
  const picker = page.locator('.jp-RemotePrograms');
  await expect(picker).toBeVisible();
  const item = picker.getByRole('button', { name: /^XTerm/ });
  await page.screenshot({ path: info.outputPath('program-dialog.png') });
  await item.click();
  await page.screenshot({ path: info.outputPath('program-picked.png') });
  await dialogButton(page, 'Start').click();
  const program = await only(page, rest);

  // Its windows, and nothing around them: no desktop, no second window.
  const shown = await program.shows('a window', p => p.count(WHITE) > 20_000);
  expect(shown.painted()).toBeLessThan(shown.width * shown.height * 0.95);
  expect(shown.count(BACKGROUND)).toBeLessThan(500);
  await expect(program.view.locator('.jp-RemoteOverlay')).toBeHidden();
  await page.screenshot({ path: info.outputPath('program.png') });

  await program.run('exit');
  await expect(program.view).toHaveAttribute('data-phase', 'ended', {
    timeout: PATIENCE
  });
  const heading = program.view.getByRole('heading');
  await expect(heading).toContainText('XTerm has ended');
  expect(await rest.get(program.id)).toMatchObject({
    state: 'stopped',
    exit_code: 0
  });
  await page.screenshot({ path: info.outputPath('program-ended.png') });

  // Once more, in the same tab.
  await program.view.getByRole('button', { name: 'Start Again' }).click();
  const tab = page.locator('.jp-RemoteSession');
  await expect(tab).toHaveAttribute('data-phase', 'open', {
    timeout: PATIENCE
  });
  const again = await tab.getAttribute('data-session');
  expect(again).not.toBe(program.id);
  await new Desktop(page, again ?? '').shows(
    'a new window',
    p => p.count(WHITE) > 20_000
  );
});

test('a command line runs, and its failure is explained', async ({
  page,
  rest
}, info) => {
  const words = `xterm -bg '#cc0000' -e 'read x'; echo last words; exit 7`;
  await start(page, `sh -c "${words}"`);
  const program = await only(page, rest);
  const shown = await program.shows('red', p => p.count(RED) > 20_000);
  const { left, top } = shown.box(RED);
  await program.click(left + 50, top + 50);
  await page.keyboard.press('Enter');

  await expect(program.view).toHaveAttribute('data-phase', 'ended', {
    timeout: PATIENCE
  });
  await expect(program.view.getByRole('heading')).toContainText('failed');
  const reason = program.view.locator('.jp-RemoteCard-reason');
  await expect(reason).toContainText(/\b7\b/);
  const tail = program.view.locator('.jp-RemoteCard-log');
  await expect(tail).toContainText('last words');
  await page.screenshot({ path: info.outputPath('program-failed.png') });
  await program.view.getByRole('button', { name: 'Close' }).click();
  await expect(program.view).toHaveCount(0);
});

test('an unknown command is refused with a clear message', async ({
  page,
  rest
}, info) => {
  await start(page, 'no-such-program --now');
  const view = page.locator('.jp-RemoteSession');
  await expect(view).toHaveAttribute('data-phase', 'refused');
  await expect(view).toContainText('could not be started');
  await expect(view).toContainText(/command not found: no-such-program/i);
  await page.screenshot({ path: info.outputPath('program-unknown.png') });
  expect(await rest.list()).toEqual([]);

  await start(page, 'xterm -e "unfinished');
  await expect(view.nth(1)).toContainText(/quote/);
});

test('nothing is started from an empty line, and no list is no secret', async ({
  page,
  rest
}) => {
  await page.route(/\/jupyter-remote\/programs(?:\?|$)/, route =>
    route.fulfill({ status: 500, json: { message: 'the disk is away' } })
  );
  await command(page, 'jupyter-remote:start-program');
  const dialog = page.locator('.jp-Dialog');
  await expect(dialog.getByRole('alert')).toHaveText(
    'The installed programs cannot be listed. The disk is away.'
  );
  await expect(dialog).not.toContainText('matches');
  await axe(page, '.jp-Dialog');
  const button = dialogButton(page, 'Start');
  const line = page.locator('.jp-RemotePrograms input');
  for (const empty of ['', '  ']) {
    await line.fill(empty);
    await expect(button).toBeDisabled();
    await line.press('Enter');
    await expect(line).toBeVisible();
  }
  expect(await rest.list()).toEqual([]);
  await line.fill('no-such-program');
  await expect(button).toBeEnabled();
  await line.press('Enter');
  await expect(page.locator('.jp-RemoteSession')).toContainText(
    /command not found: no-such-program/i
  );
});

test('a program that shows no window is said to run, and can be stopped', async ({
  page,
  rest
}, info) => {
  await start(page, 'sleep 1000');
  const view = page.locator('.jp-RemoteSession');
  await expect(view).toContainText('has not opened a window yet', {
    timeout: PATIENCE
  });
  await expect(view).not.toContainText('longer than usual');
  await axe(page, '.jp-RemoteTab');
  await page.screenshot({ path: info.outputPath('program-no-window.png') });
  await view.getByRole('button', { name: 'Stop' }).click();
  await expect(view).toHaveCount(0);
  const states = async () => (await rest.list()).map(({ state }) => state);
  await expect.poll(states, { timeout: PATIENCE }).toEqual(['stopped']);
});
