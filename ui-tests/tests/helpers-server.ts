import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync
} from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';

import { Rest } from './helpers-rest';

const ROOT = join(__dirname, '..', '..');

/** A Jupyter server of a test's own, to be killed and started again. */
export class OwnServer {
  /** `options` are traits on the command line, `env` more of its environment. */
  constructor(
    private readonly _options: readonly string[] = [],
    private readonly _env: NodeJS.ProcessEnv = {}
  ) {
    // Short, as unix sockets in it have 107 bytes.
    this.home = mkdtempSync(join(tmpdir(), 'jr-own-'));
    mkdirSync(join(this.home, 'run'), { mode: 0o700 });
  }

  readonly home: string;

  get url(): string {
    return `http://127.0.0.1:${this._port}`;
  }

  get rest(): Rest {
    return new Rest(this.url);
  }

  /** Start it, each time on the same port, and wait until it answers. */
  async start(): Promise<this> {
    this._port ||= await freePort();
    const log = openSync(join(this.home, 'server.log'), 'a');
    const config = 'ui-tests/jupyter_server_config.py';
    const argv = ['lab', '--config', config, ...this._options];
    const server = spawn(join(ROOT, '.venv', 'bin', 'jupyter'), argv, {
      cwd: ROOT,
      env: this._environment(),
      stdio: ['ignore', log, log]
    });
    this._process = server;
    const deadline = Date.now() + 60_000;
    while (!(await this._answers())) {
      if (Date.now() > deadline || server.exitCode !== null) {
        throw new Error(readFileSync(join(this.home, 'server.log'), 'utf8'));
      }
      await new Promise(resolve => setTimeout(resolve, 100));
    }
    return this;
  }

  /** End it as the kernel does when memory runs out, or as a user does. */
  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const server = this._process;
    if (server?.exitCode === null && server.signalCode === null) {
      const gone = new Promise(resolve => server.once('exit', resolve));
      server.kill(signal);
      await gone;
    }
  }

  /** End it, its sessions and its files. */
  async close(): Promise<void> {
    try {
      await this.rest.clear();
    } finally {
      await this.end('SIGTERM');
      rmSync(this.home, { recursive: true, force: true });
    }
  }

  private _environment(): NodeJS.ProcessEnv {
    const { home } = this;
    return {
      ...process.env,
      PATH: [join(ROOT, '.venv', 'bin'), process.env['PATH']].join(delimiter),
      HOME: home,
      TMPDIR: home,
      JUPYTER_CONFIG_DIR: join(home, 'config'),
      JUPYTER_DATA_DIR: join(home, 'data'),
      JUPYTER_RUNTIME_DIR: join(home, 'run', 'jupyter'),
      JUPYTER_REMOTE_UI_PORT: String(this._port),
      XDG_RUNTIME_DIR: join(home, 'run'),
      ...this._env
    };
  }

  private async _answers(): Promise<boolean> {
    try {
      await this.rest.list();
      return true;
    } catch {
      return false;
    }
  }

  private _port = 0;
  private _process: ChildProcess | null = null;
}

/** A program beside this file that runs something real until its stdin ends. */
class Rig {
  constructor(private readonly _program: string) {}

  /** Start it, and answer what it says; empty: it cannot run here. */
  protected async said(word: string): Promise<string> {
    const python = join(ROOT, '.venv', 'bin', 'python');
    const child = spawn(python, [join(ROOT, 'ui-tests', this._program)], {
      stdio: ['pipe', 'pipe', 'inherit']
    });
    this._process = child;
    for await (const line of createInterface(child.stdout)) {
      return (JSON.parse(line) as Record<string, string>)[word] ?? '';
    }
    throw new Error(`${this._program} did not start`);
  }

  async stop(): Promise<void> {
    const child = this._process;
    if (child?.exitCode === null) {
      const gone = new Promise(resolve => child.once('exit', resolve));
      child.stdin?.end();
      await gone;
    }
  }

  private _process: ChildProcess | null = null;
}

/** A real Slurm with accounting. */
export class Slurm extends Rig {
  constructor() {
    super('slurm.py');
  }

  /** Its slurm.conf; empty: there can be none here. */
  start(): Promise<string> {
    return this.said('conf');
  }
}

/** A real JupyterHub with the share service. */
export class Hub extends Rig {
  constructor() {
    super('hub.py');
  }

  /** Its address; empty: there can be none here. */
  start(): Promise<string> {
    return this.said('url');
  }
}

/** A port nobody listens on. */
function freePort(): Promise<number> {
  return new Promise(resolve => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => {
        resolve(port);
      });
    });
  });
}
