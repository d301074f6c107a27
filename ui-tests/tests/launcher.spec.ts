import {
  BACKGROUND,
  command,
  Desktop,
  expect,
  openPanel,
  PATIENCE,
  RED,
  SESSIONS,
  rowOf,
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
  const section = page
    .locator('.jp-Launcher-section')
    .filter({ has: page.getByRole('heading', { name: 'Remote', exact: true }) });
  await expect(section).toBeVisible();
  const card = section.locator('.jp-LauncherCard').filter({
    has: page.locator('.jp-LauncherCard-label', { hasText: /^Display$/ })
  });
  await card.scrollIntoViewIfNeeded();
  await page.screenshot({ path: info.outputPath('launcher.png') });

  // The server does not answer before the tab was looked at.
  let answer = () => undefined as void;
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
  const sessions = await rest.list();
  expect(sessions).toHaveLength(1);
  const desktop = new Desktop(page, sessions[0]?.id ?? '');
  await desktop.painted();
  const phases = await page.evaluate(() => window.phases);
  expect(phases[0]).toBe('submitting');
  expect(phases.at(-1)).toBe('open');
  expect(phases).toContain('connecting');

  const shown = await desktop.shows(
    'background and terminal',
    p => p.count(WHITE) > 100_000 && p.count(BACKGROUND) > 50_000
  );
  // The window manager's title bar: painted above the terminal, and neither
  // the one nor the other colour.
  const { left, top, right } = shown.box(WHITE);
  const title = { left, right, top: top - 14, bottom: top - 4 };
  const area = (right - left) * 10;
  expect(shown.count(BACKGROUND, title)).toBeLessThan(area / 4);
  await page.screenshot({ path: info.outputPath('desktop.png') });

  // Its menu, under the right mouse button.
  const before = await desktop.still();
  const x = before.width - 180;
  const y = before.height - 200;
  expect(before.at(x, y)).toEqual(BACKGROUND);
  await desktop.click(x, y, 'right');
  const corner = { left: x, top: y, right: x + 80, bottom: y + 80 };
  await desktop.shows(
    'a menu',
    p => p.difference(before, corner) > 80 * 80 * 0.5
  );
  await page.screenshot({ path: info.outputPath('menu.png') });
  await page.keyboard.press('Escape');
  await desktop.shows('no menu', p => p.difference(before, corner) === 0);

  // The desktop has the size of the tab, and follows it.
  await expect.poll(() => fits(desktop)).toBe(true);
  await page.setViewportSize({ width: 1000, height: 640 });
  await expect.poll(() => fits(desktop), { timeout: PATIENCE }).toBe(true);
  const small = await desktop.shows(
    'a painted smaller desktop',
    p => p.count(BACKGROUND, { left: p.width - 40, top: p.height - 40, right: p.width, bottom: p.height }) === 1600
  );
  expect(small.width).toBeLessThan(shown.width);
});

declare global {
  interface Window {
    phases: string[];
  }
}

/** Note every phase of every tab from now on. */
async function watchPhases(page: import('@playwright/test').Page): Promise<void> {
  await page.evaluate(() => {
    window.phases = [];
    new MutationObserver(() => {
      const node = document.querySelector<HTMLElement>('.jp-RemoteSession');
      const phase = node?.dataset.phase;
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
async function fits(desktop: Desktop): Promise<boolean> {
  const box = await desktop.view.locator('iframe').boundingBox();
  const canvas = await desktop.view
    .locator('iframe')
    .contentFrame()
    .locator('#screen canvas')
    .first()
    .evaluate((node: HTMLCanvasElement) => [node.width, node.height]);
  return (
    Math.abs((box?.width ?? 0) - (canvas[0] ?? 0)) < 2 &&
    Math.abs((box?.height ?? 0) - (canvas[1] ?? 0)) < 2
  );
}
