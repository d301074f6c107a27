import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import galata from '@jupyterlab/galata/lib/playwright-config';
import { defineConfig } from '@playwright/test';

const root = join(__dirname, '..');

/** A port nobody listens on; asked of another process, as a configuration cannot wait. */
function freePort(): string {
  const script =
    "const s = require('net').createServer().listen(0, '127.0.0.1', () => { console.log(s.address().port); s.close(); })";
  return execFileSync(process.execPath, ['-e', script], {
    encoding: 'utf8'
  }).trim();
}

/** A short path, as unix sockets in it have 107 bytes; gone when the tests are over. */
function temporaryHome(): string {
  const home = mkdtempSync(join(tmpdir(), 'jr-ui-'));
  mkdirSync(join(home, 'run'), { mode: 0o700 });
  process.on('exit', () => {
    rmSync(home, { recursive: true, force: true });
  });
  return home;
}

/** So many files of tests run at a time, each with a browser and a server of its own. */
const WORKERS = Number(process.env['UI_WORKERS'] ?? 2);

/** What the first reading of this file chose, for each server; the workers read it again. */
function forEach(name: string, choose: () => string): string[] {
  const chosen = process.env[name]?.split(' ');
  const values = chosen ?? Array.from({ length: WORKERS }, choose);
  process.env[name] = values.join(' ');
  return values;
}

const ports = forEach('JUPYTER_REMOTE_UI_PORTS', freePort);
const homes = forEach('JUPYTER_REMOTE_UI_HOMES', temporaryHome);
const mine = Number(process.env['TEST_PARALLEL_INDEX'] ?? 0);
process.env['JUPYTER_REMOTE_UI_PORT'] = ports[mine];
process.env['JUPYTER_REMOTE_UI_HOME'] = homes[mine];

/** The server of one worker. */
function server(port: string, home: string) {
  return {
    command: 'jupyter lab --config ui-tests/jupyter_server_config.py',
    cwd: root,
    url: `http://127.0.0.1:${port}/lab`,
    timeout: 60_000,
    gracefulShutdown: { signal: 'SIGTERM' as const, timeout: 10_000 },
    env: {
      PATH: [join(root, '.venv', 'bin'), process.env['PATH']].join(delimiter),
      HOME: home,
      TMPDIR: home,
      JUPYTER_CONFIG_DIR: join(home, 'config'),
      JUPYTER_DATA_DIR: join(home, 'data'),
      JUPYTER_RUNTIME_DIR: join(home, 'run', 'jupyter'),
      JUPYTER_REMOTE_UI_PORT: port,
      XDG_RUNTIME_DIR: join(home, 'run')
    }
  };
}

export default defineConfig(galata, {
  testDir: 'tests',
  outputDir: 'test-results',
  globalTeardown: './teardown.ts',
  forbidOnly: true,
  // A second try on a machine that others keep busy; the report says flaky.
  retries: process.env['CI'] ? 1 : 0,
  workers: WORKERS,
  reporter: [['list']],
  use: {
    baseURL: `http://127.0.0.1:${ports[mine] ?? ''}`,
    // A button that is not there is said at once, not when the test's time is over.
    actionTimeout: 30_000,
    video: 'off',
    trace: 'retain-on-failure',
    launchOptions: {
      executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync'
      ]
    }
  },
  webServer: ports.map((port, index) => server(port, homes[index] ?? ''))
});
