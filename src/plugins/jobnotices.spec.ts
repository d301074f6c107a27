import type { JupyterFrontEnd } from '@jupyterlab/application';
import { nullTranslator } from '@jupyterlab/translation';
import { Signal } from '@lumino/signaling';

import { keyOf } from '../jobstore';
import { job } from '../testing/samples';
import type { IJob, IJobBackend } from '../tokens';
import { jobnotices } from './jobnotices';

jest.mock('@jupyterlab/apputils', () => ({
  Notification: { error: jest.fn(), info: jest.fn() }
}));

const seen = '2026-11-21T10:00:00.000Z';
const slurm: IJobBackend = { seen, silent: '', can: [] };

/** What the browser was asked to show. */
const told: [string, string | undefined][] = [];

const Told = Object.assign(
  jest.fn((words: string, options?: NotificationOptions) => {
    told.push([words, options?.tag]);
  }),
  { permission: 'granted' }
);

/** A page of Lab that knows these jobs; answers what shows it others. */
async function page(before: IJob[]) {
  const changed = new Signal<object, void>({});
  const jobs = {
    ...{ all: before, changed, freshness: 'fresh' },
    backends: new Map([['slurm', slurm]])
  };
  const desk = {
    ...{ look: { add: () => undefined }, cancelled: new Set() },
    isMarked: () => true
  };
  const settings = { jobNotifications: 'mine' };
  const app = { commands: { execute: jest.fn() } };
  const translator = nullTranslator;
  const parts: unknown[] = [jobs, desk, settings, translator];
  await jobnotices.activate(app as unknown as JupyterFrontEnd, ...parts);
  changed.emit();
  return (after: IJob[]) => {
    jobs.all = after;
    changed.emit();
  };
}

/** What two pages, in the background or not, are told of such a change. */
async function twice(before: IJob[], after: IJob[], state = 'hidden') {
  told.length = 0;
  const visible = state as DocumentVisibilityState;
  jest.spyOn(document, 'visibilityState', 'get').mockReturnValue(visible);
  for (const show of [await page(before), await page(before)]) {
    show(after);
    await jest.advanceTimersByTimeAsync(2_000);
  }
  return told.map(([words]) => words);
}

const tags = () => new Set(told.map(([, tag]) => tag));

describe('notices of the browser', () => {
  beforeEach(() => {
    jest.useFakeTimers();
    Object.assign(window, { Notification: Told });
  });
  afterEach(() => {
    jest.useRealTimers();
    jest.restoreAllMocks();
  });

  const waiting = job({ state: 'queued', started: null });
  const many = Array.from({ length: 8 }, (_, at) =>
    job({ job_id: String(at) })
  );
  const over = (all: IJob[], ended: string) =>
    all.map(one => ({ ...one, state: 'stopped' as const, ended }));

  it('have one tag in all pages, whatever is told', async () => {
    const running = 'fit is running.';
    expect(await twice([waiting], [job()])).toEqual([running, running]);
    expect(tags().size).toBe(1);
    const [started] = tags();
    expect(started).toContain(`${keyOf(job())} started`);
    // Another kind, and the same once more, are other notices.
    await twice([job()], over([job()], seen));
    expect([...tags()]).toEqual([expect.not.stringContaining('started')]);
    const later = job({ started: '2026-11-21T12:00:00.000Z' });
    await twice([waiting], [later]);
    expect(tags().size).toBe(1);
    expect(tags()).not.toContain(started);
  });

  it('of many jobs have one tag, too', async () => {
    const words = await twice(many, over(many, seen));
    expect(words).toEqual(['8 jobs have ended.', '8 jobs have ended.']);
    const [first] = tags();
    expect(tags().size).toBe(1);
    await twice(many.slice(1), over(many.slice(1), seen));
    expect(tags()).not.toContain(first);
  });

  it('are not shown by a page that is seen', async () => {
    expect(await twice([waiting], [job()], 'visible')).toEqual([]);
  });
});
