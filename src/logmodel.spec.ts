import { Signal } from '@lumino/signaling';

import { LogModel } from './logmodel';
import type { ILogChunk, JobStream } from './tokens';

/** A log that the test writes. */
class Source {
  readonly changed = new Signal<this, void>(this);
  bytes = new Uint8Array();
  file = 'one';
  stderr = 0;
  readonly asked: [number, number][] = [];

  known = true;

  get(): { name: string; state: 'running' } | undefined {
    if (!this.known) {
      return undefined;
    }
    return { name: 'fit', state: 'running' };
  }

  write(text: string): void {
    this.bytes = new TextEncoder().encode(text);
  }

  async log(
    _: string,
    offset: number,
    limit: number,
    stream: JobStream = 'stdout'
  ): Promise<ILogChunk> {
    await Promise.resolve();
    const all = stream === 'stderr' ? new Uint8Array(this.stderr) : this.bytes;
    if (stream === 'stdout') {
      this.asked.push([offset, limit]);
    }
    const size = all.length;
    const start = offset < 0 ? Math.max(0, size + offset) : offset;
    const bytes = all.slice(start, start + limit);
    const { file } = this;
    return { bytes, start, end: start + bytes.length, size, file };
  }

  path(): Promise<string> {
    return Promise.resolve('/home/ada/fit.out');
  }
}

/** Until the model has read what there is. */
async function reading(model: LogModel): Promise<void> {
  model.refresh();
  await new Promise(resolve => setTimeout(resolve, 20));
}

describe('LogModel', () => {
  it('reads the end, then what is new, then what was before', async () => {
    const source = new Source();
    source.write(`${'é'.repeat(40_000)}end`);
    const model = new LogModel(source, 'slurm/17');
    await reading(model);
    expect(source.asked[0]).toEqual([-65_536, 65_536]);
    expect(model.text.endsWith('éend')).toBe(true);
    expect(model.text).not.toContain('\ufffd');
    source.write(`${'é'.repeat(40_000)}end, more`);
    await reading(model);
    expect(model.text.endsWith('éend, more')).toBe(true);
    expect(source.asked.at(-1)).toEqual([80_003, 65_536]);
    await model.readEarlier();
    expect(model.earlier).toBe(0);
    expect(model.text.replace(/\n/g, '')).toBe(
      `${'é'.repeat(40_000)}end, more`
    );
    expect(model.path).toBe('/home/ada/fit.out');
    model.dispose();
  });

  it('starts anew when the log is replaced, or emptied', async () => {
    const source = new Source();
    source.write('old words');
    const model = new LogModel(source, 'slurm/17');
    await reading(model);
    expect(model.replaced).toBe(false);
    source.write('quite different words');
    source.file = 'two';
    await reading(model);
    expect([model.replaced, model.text]).toEqual([
      true,
      'quite different words'
    ]);
    source.write('short');
    await reading(model);
    expect(model.text).toBe('short');
    model.dispose();
  });

  it('does not take the first log for another one', async () => {
    const source = new Source();
    source.file = '';
    const model = new LogModel(source, 'slurm/17');
    await reading(model);
    expect([model.read, model.text]).toEqual([true, '']);
    source.file = 'one';
    source.write('begun');
    await reading(model);
    expect([model.replaced, model.text]).toEqual([false, 'begun']);
    model.dispose();
  });

  it('keeps what was read of a log that is gone', async () => {
    const source = new Source();
    source.write('words');
    const model = new LogModel(source, 'slurm/17');
    await reading(model);
    source.file = '';
    source.write('');
    await reading(model);
    const state = () => [model.vanished, model.replaced, model.text];
    expect(state()).toEqual([true, false, 'words']);
    source.file = 'two';
    source.write('other words');
    await reading(model);
    expect(state()).toEqual([false, true, 'other words']);
    model.dispose();
  });

  it('catches up with a log that grew by much', async () => {
    const source = new Source();
    source.write('');
    const model = new LogModel(source, 'slurm/17');
    await reading(model);
    source.write('x\n'.repeat(150_000));
    await reading(model);
    expect(model.text.split('\n').length).toBeGreaterThan(150_000 - 1);
    model.dispose();
  });

  it('knows when there are errors apart from the output', async () => {
    const source = new Source();
    source.stderr = 3;
    const model = new LogModel(source, 'slurm/17');
    await reading(model);
    expect(model.errors).toBe(true);
    model.stream = 'stderr';
    await reading(model);
    expect(model.text).toBe('\ufffd'.repeat(3));
    model.dispose();
  });

  it('keeps the text when the server refuses', async () => {
    const source = new Source();
    source.write('words');
    const model = new LogModel(source, 'slurm/17');
    await reading(model);
    jest.spyOn(source, 'log').mockRejectedValueOnce(new Error('no such file'));
    await reading(model);
    expect([model.problem, model.text]).toEqual(['no such file', 'words']);
    model.dispose();
  });

  it('goes on reading when nobody knows the job', async () => {
    jest.useFakeTimers();
    jest.spyOn(document, 'hidden', 'get').mockReturnValue(false);
    const source = new Source();
    source.known = false;
    const model = new LogModel(source, 'slurm/20_1');
    await jest.advanceTimersByTimeAsync(1_000);
    const first = source.asked.length;
    await jest.advanceTimersByTimeAsync(10_000);
    expect(source.asked).toHaveLength(first);
    await jest.advanceTimersByTimeAsync(30_000);
    expect(source.asked.length).toBeGreaterThan(first);
    model.dispose();
    jest.useRealTimers();
    jest.restoreAllMocks();
  });
});
