import { StateDB } from '@jupyterlab/statedb';
import { Signal } from '@lumino/signaling';

import { EverestJobModel } from './everestjobmodel';
import { keptResults } from './everestresults';
import type { DetailsModel } from './jobdetails';
import { job } from './testing/samples';
import type { IEverestOutput, ITransfer } from './tokens';

beforeEach(() => {
  jest.useFakeTimers();
});

afterEach(() => {
  jest.useRealTimers();
});

const pass = () => jest.advanceTimersByTimeAsync(5_000);

const RUNNING: ITransfer<never> = {
  id: 't1',
  name: 'a',
  state: 'running',
  done: 0,
  total: 10,
  result: null,
  error: ''
};

const FILE: IEverestOutput = {
  name: 'counts',
  uri: '/api/files/c',
  file: 'counts.txt',
  size: 3
};

const RESULTS = {
  folder: 'work/sweep-1',
  table: 'table.csv',
  tasks: 1,
  empty: 0,
  missing: 0,
  rows: []
};

/** A job whose outputs are looked at; `seen` is how a transfer is seen next. */
function looked(state: 'running' | 'stopped' = 'stopped') {
  const stateChanged = new Signal<object, void>({});
  const key = 'everest:mine/5f';
  const details = {
    ...{ key, stateChanged, read: 0, details: null },
    job: job({ state })
  };
  let seen: ITransfer = RUNNING;
  const client = {
    outputs: jest.fn(() => Promise.resolve([FILE])),
    fetch: jest.fn(() => Promise.resolve(RUNNING)),
    unpack: jest.fn(() => Promise.resolve(RUNNING)),
    transfer: jest.fn(() => Promise.resolve(seen)),
    endTransfer: jest.fn(() => {
      seen = { ...RUNNING, state: 'cancelled' };
      return Promise.resolve();
    })
  };
  const memory = keptResults(new StateDB());
  const arrived = jest.fn();
  const model = new EverestJobModel({
    client: client as never,
    details: details as unknown as DetailsModel,
    job: { server: 'mine', id: '5f' },
    memory,
    arrived
  });
  const read = async (at: number, now = state) => {
    Object.assign(details, { read: at, job: job({ state: now }) });
    stateChanged.emit();
    await pass();
  };
  const see = (next: Partial<ITransfer>) => {
    seen = { ...RUNNING, ...next };
  };
  return { model, client, memory, arrived, read, see };
}

describe('outputs', () => {
  it('are asked for once for each reading of an ended job', async () => {
    const { model, client, read } = looked('running');
    await read(1);
    expect(client.outputs).not.toHaveBeenCalled();
    await read(2, 'stopped');
    await read(2, 'stopped');
    expect(client.outputs).toHaveBeenCalledTimes(1);
    expect(model.outputs).toEqual([FILE]);
    await read(3, 'stopped');
    expect(client.outputs).toHaveBeenCalledTimes(2);
  });

  it('that are not told now stand as they were, with the words', async () => {
    const { model, client, read } = looked();
    await read(1);
    client.outputs.mockRejectedValueOnce(new Error('it cannot be reached'));
    await read(2);
    expect(model.problem).toBe('it cannot be reached');
    expect(model.outputs).toEqual([FILE]);
    await model.load();
    expect(model.problem).toBe('');
  });
});

describe('a download', () => {
  it('tells how far it is, and where the files are', async () => {
    const { model, client, arrived, see } = looked();
    await model.fetch('work', FILE);
    expect(client.fetch).toHaveBeenCalledWith('mine', '5f', 'work', ['counts']);
    see({ done: 5 });
    await pass();
    expect([model.going?.now.done, model.busy]).toEqual([5, true]);
    await model.fetch('work');
    expect(client.fetch).toHaveBeenCalledTimes(1);
    see({ state: 'done', result: ['work/counts.txt'] });
    await pass();
    expect(model.stored).toEqual(['work/counts.txt']);
    expect([model.busy, arrived.mock.calls.length]).toEqual([false, 1]);
  });

  it('can be ended', async () => {
    const { model, client, arrived } = looked();
    await model.fetch('');
    model.end();
    expect(model.going?.ending).toBe(true);
    await pass();
    expect(client.endTransfer).toHaveBeenCalledWith('t1');
    expect(model.going?.now.state).toBe('cancelled');
    expect(arrived).not.toHaveBeenCalled();
  });

  it('that is refused, or fails, says why', async () => {
    const { model, client, see } = looked();
    client.fetch.mockRejectedValueOnce(new Error('there is no folder x'));
    await model.fetch('x');
    expect([model.refusal, model.busy]).toEqual([
      'there is no folder x',
      false
    ]);
    await model.fetch('');
    see({ state: 'failed', error: 'the disk is full' });
    await pass();
    expect(model.refusal).toBe('');
    expect(model.going?.now).toMatchObject({
      state: 'failed',
      error: 'the disk is full'
    });
  });

  it('that nobody knows any more is told as failed', async () => {
    const { model, client } = looked();
    await model.fetch('');
    client.transfer.mockRejectedValue(new Error('there is no such transfer'));
    await pass();
    expect(model.going?.now).toMatchObject({
      state: 'failed',
      error: 'there is no such transfer'
    });
    expect(model.busy).toBe(false);
  });
});

describe('results of a sweep', () => {
  it('are found again by another tab', async () => {
    const { model, memory, see } = looked();
    await model.unpack('work', 'stdout');
    see({ state: 'done', result: RESULTS });
    await pass();
    expect(model.results?.tasks).toBe(1);
    expect(await memory.of('everest:mine/5f')).toEqual({
      folder: 'work/sweep-1',
      table: 'table.csv'
    });
    expect(await memory.of('everest:mine/60')).toBeNull();
  });
});
