import type { Locator, Page } from '@playwright/test';

import type { Picture } from './helpers-picture';
import {
  BACKGROUND,
  Desktop,
  expect,
  inFrame,
  openPanel,
  PATIENCE,
  RED,
  rowOf,
  SESSIONS,
  tabBar,
  test,
  WHITE
} from './helpers';

test.describe.configure({ timeout: 180_000 });
test.use({ viewport: { width: 1200, height: 800 } });

test('a click on Display opens a tab at once and paints a desktop', async ({
  page,
  rest
}, info) => {
  const card = await displayCard(page);
  await page.screenshot({ path: info.outputPath('launcher.png') });

  // The server does not answer before the tab was looked at.
  let answer: () => void = () => undefined;
  const asked = new Promise<void>(resolve => {
    answer = resolve;
  });
  await page.route(SESSIONS, async route => {
    if (route.request().method() === 'POST') {
      await asked;
    }
    await route.fallback();
  });
  await watchPhases(page);
  await card.click();
  const view = page.locator('.jp-RemoteSession');
  await expect(view).toBeVisible();
  await expect(view.locator('[aria-current="step"]')).toHaveText('Submitting');
  await expect(tabBar(page, 'Desktop')).toBeVisible();
  await page.screenshot({ path: info.outputPath('submitting.png') });
  answer();

  await expect(view).toHaveAttribute('data-phase', 'open', {
    timeout: PATIENCE
  });
  const phases = await page.evaluate(() => window.phases);
  expect(phases[0]).toBe('submitting');
  expect(phases).toContain('connecting');
  expect(phases.at(-1)).toBe('open');

  const [session, ...others] = await rest.list();
  expect(others).toEqual([]);
  expect(session).toMatchObject({ app: 'desktop', state: 'running' });
  const desktop = new Desktop(page, session?.id ?? '');
  await desktop.shows(
    'background and terminal',
    p => p.count(WHITE) > 100_000 && p.count(BACKGROUND) > 50_000
  );
  const before = await desktop.still();
  await page.screenshot({ path: info.outputPath('desktop.png') });

  // However early it came, it gets packed pictures and no bare pixels.
  const log = await rest.log(desktop.id);
  expect(log).toMatch(/also available:\s.*\s.*\bjpeg\b.*\bh264\b/);
  expect(log).not.toContain('invalid packet');

  // The window manager's menu, under the right mouse button. It is held until
  // the menu is gone: a release over an item would choose it.
  const { left, bottom } = before.box(WHITE);
  const y = Math.round((bottom + before.height) / 2);
  expect(before.at(left, y)).toEqual(BACKGROUND);
  await desktop.hover(left, y);
  await page.mouse.down({ button: 'right' });
  await desktop.shows('a menu', p => p.difference(before) > 3_000);
  await page.screenshot({ path: info.outputPath('menu.png') });
  await page.keyboard.press('Escape');
  await desktop.shows('no menu', p => p.difference(before) < 500);
  await page.mouse.up({ button: 'right' });
});

test('the desktop has the size of its tab and follows it', async ({
  page,
  rest
}, info) => {
  const { id } = await rest.start('desktop');
  const desktop = await new Desktop(page, id).open();
  await expect.poll(() => fits(desktop), { timeout: PATIENCE }).toBe(true);
  const shown = await desktop.shows('a title bar', p => {
    const top = terminalTop(p);
    const title = { left: 0, right: p.width, top: top - 14, bottom: top - 4 };
    const blank = p.count(BACKGROUND, title) + p.count(WHITE, title);
    return top > 14 && blank < p.width * 5;
  });
  // The first window is wholly on the screen.
  const { left, right, bottom } = shown.box(WHITE);
  expect(left).toBeGreaterThan(0);
  expect(right).toBeLessThan(shown.width);
  expect(bottom).toBeLessThan(shown.height);

  for (const size of [
    { width: 1000, height: 640 },
    { width: 1400, height: 900 }
  ]) {
    await page.setViewportSize(size);
    await expect.poll(() => fits(desktop), { timeout: PATIENCE }).toBe(true);
    await desktop.shows('a painted corner', p => {
      const { width, height } = p;
      const corner = { left: width - 20, top: height - 20 };
      const box = { ...corner, right: width, bottom: height };
      return p.painted(box) === 400;
    });
  }
  await page.screenshot({ path: info.outputPath('resized.png') });
});

test('several desktops stand side by side and come back with the page', async ({
  page,
  rest
}, info) => {
  // One from the command palette, one from the menu.
  // It closes when Lab gives its launcher the focus once more.
  await expect(async () => {
    await page.menu.clickMenuItem('View>Activate Command Palette');
    const soon = { timeout: 3_000 };
    await page.locator('.lm-CommandPalette-input').fill('new display', soon);
    await page
      .locator('.lm-CommandPalette-item')
      .getByText('New Display')
      .click(soon);
  }).toPass({ timeout: PATIENCE });
  const views = page.locator('.jp-RemoteSession');
  await expect(views).toHaveCount(1);
  await page.menu.clickMenuItem('File>New>New Display');
  await expect(views).toHaveCount(2);
  await expect.poll(async () => (await rest.list()).length).toBe(2);
  await expect(tabBar(page, 'Desktop 1')).toBeVisible();
  await expect(tabBar(page, 'Desktop 2')).toBeVisible();
  const ids = Object.fromEntries(
    (await rest.list()).map(({ id, name }) => [name, id])
  );
  const left = new Desktop(page, ids['Desktop 1'] ?? '');
  const right = new Desktop(page, ids['Desktop 2'] ?? '');
  await splitRight(page, right);
  await left.painted();
  await right.painted();

  // Keys go to the one that was clicked, and only there.
  await left.run("printf '\\e[41m\\e[2J'");
  await left.shows('red', p => p.count(RED) > 20_000);
  await right.shows('its terminal', p => p.count(WHITE) > 20_000);
  expect((await right.picture()).count(RED)).toBe(0);
  await page.screenshot({ path: info.outputPath('side-by-side.png') });

  // The layout is saved a moment later; then the page may go.
  await saved(page, Object.values(ids));
  await page.reload();
  await expect(views).toHaveCount(2);
  await left.painted();
  await right.painted();
  await left.shows('red again', p => p.count(RED) > 20_000);
  await right.shows('white again', p => p.count(WHITE) > 20_000);

  // A reset forgets the tabs, never the sessions: the panel opens them.
  await page.goto('?reset');
  await expect(views).toHaveCount(0);
  expect((await rest.list()).map(({ state }) => state)).toEqual([
    'running',
    'running'
  ]);
  await openPanel(page);
  await rowOf(page, left.id)
    .getByRole('button', { name: 'Desktop 1', exact: true })
    .click();
  await left.painted();
  await left.shows('red once more', p => p.count(RED) > 20_000);
});

declare global {
  interface Window {
    phases: string[];
  }
}

/** The card "Display" in the category "Remote" of the launcher. */
async function displayCard(page: Page): Promise<Locator> {
  const name = { name: 'Remote', exact: true };
  const section = page
    .locator('.jp-Launcher-section')
    .filter({ has: page.getByRole('heading', name) });
  const card = section.locator('.jp-LauncherCard').filter({
    has: page.locator('.jp-LauncherCard-label', { hasText: /^Display$/ })
  });
  await card.scrollIntoViewIfNeeded();
  return card;
}

/** Note every phase of the first tab from now on. */
async function watchPhases(page: Page): Promise<void> {
  await page.evaluate(() => {
    window.phases = [];
    new MutationObserver(() => {
      const node = document.querySelector<HTMLElement>('.jp-RemoteSession');
      const phase = node?.dataset['phase'];
      if (phase && phase !== window.phases.at(-1)) {
        window.phases.push(phase);
      }
    }).observe(document.body, {
      attributes: true,
      attributeFilter: ['data-phase'],
      childList: true,
      subtree: true
    });
  });
}

/** Whether X's screen, as the client draws it, has the size of the frame. */
function fits(desktop: Desktop): Promise<boolean> {
  return inFrame(desktop, body => {
    const canvas = body.querySelector<HTMLCanvasElement>('#screen canvas');
    const box = canvas?.getBoundingClientRect();
    return (
      Math.abs((canvas?.width ?? 0) - window.innerWidth) < 2 &&
      Math.abs((canvas?.height ?? 0) - window.innerHeight) < 2 &&
      Math.abs(box?.left ?? -9) < 2 &&
      Math.abs(box?.top ?? -9) < 2
    );
  });
}

/** The first row of the terminal below its title bar. */
function terminalTop(picture: Picture): number {
  const { width, height } = picture;
  const row = (top: number) => ({
    left: 0,
    right: width,
    top,
    bottom: top + 1
  });
  let top = 0;
  while (top < height && picture.count(WHITE, row(top)) < width / 2) {
    top += 1;
  }
  return top;
}

/** Move the tab of a desktop beside the others, as a drag would. */
async function splitRight(page: Page, desktop: Desktop): Promise<void> {
  const id = await desktop.tab.getAttribute('id');
  await page.evaluate(domId => {
    const { shell } = window.jupyterapp;
    const widget = [...shell.widgets('main')].find(w => w.id === domId);
    if (widget) {
      shell.add(widget, 'main', { mode: 'split-right' });
    }
  }, id);
}

/** Wait until Lab has saved a layout with all these sessions. */
async function saved(page: Page, ids: readonly string[]): Promise<void> {
  await expect
    .poll(async () => {
      const layout = await page.evaluate(async () => {
        const { workspaces } = window.jupyterapp.serviceManager;
        return JSON.stringify(await workspaces.fetch('default'));
      });
      return ids.every(id => layout.includes(id));
    })
    .toBe(true);
}
