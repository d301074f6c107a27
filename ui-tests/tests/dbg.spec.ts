import { expect, test } from './helpers';
test.describe.configure({ timeout: 180_000 });
for (const mode of ['plain', 'redirect']) {
test('dbg ' + mode, async ({ page, rest }) => {
  page.on('console', m => { if (['error','warning'].includes(m.type())) console.log(m.text().slice(0,300)); });
  page.on('pageerror', e => console.log('PAGEERROR', e.message, e.stack));
  page.on('framenavigated', f => console.log('NAV', f.url()));
  const { id } = await rest.running('command', { command: 'sleep 1000' });
  const d = await rest.running('desktop');
  const base = new URL(page.url()).origin;
  await page.goto(base + (mode === 'plain' ? '/lab?jupyter-remote=desktop' : '/jupyter-remote/desktop'));
  await page.waitForTimeout(8000);
  console.log(mode, page.url(), await page.locator('.jp-RemoteSession').count());
});
}
