import type { IJobDetails } from './tokens';
import {
  againOf,
  everestJob,
  hasOutputs,
  isSweep,
  outputRows,
  requestOf,
  shown,
  sizeOfAll
} from './everestjob';
import { job } from './testing/samples';

const details = (changes: Partial<IJobDetails>) =>
  ({ script: '', rows: {}, ...changes }) as IJobDetails;

describe('a key', () => {
  it('is one of Everest when its backend is an account', () => {
    expect(everestJob('everest:mine/5f')).toEqual({ server: 'mine', id: '5f' });
    expect(everestJob('slurm/17')).toBeNull();
  });
});

describe('requestOf', () => {
  it('is what the details say, and nothing when they cannot be read', () => {
    const script = '{"app": "demo/echo", "inputs": {"text": "a"}}';
    expect(requestOf(details({ script }))).toEqual({
      app: 'demo/echo',
      inputs: { text: 'a' },
      resources: []
    });
    expect(requestOf(details({ script: 'app: demo/echo' }))).toBeNull();
    expect(requestOf(null)).toBeNull();
  });
});

describe('againOf', () => {
  it('is what a form is filled in with, else what the script says', () => {
    const script = '{"app": "demo/echo", "inputs": {"text": "a"}}';
    expect(againOf(details({ script }))?.inputs).toEqual({ text: 'a' });
    const file = { uri: '/api/files/5', name: 'текст.txt' };
    const asked = { inputs: { file }, resources: ['r1'] };
    const request = { ...asked, app: '5f', appAlias: 'demo/wordcount' };
    expect(againOf(details({ script, request }))).toEqual({
      ...asked,
      hidden: [],
      app: 'demo/wordcount'
    });
    const hidden = ['password'];
    const secret = againOf(
      details({ script, request: { ...request, hidden } })
    );
    expect(secret?.hidden).toEqual(hidden);
  });
});

describe('shown', () => {
  it('tells files from values, also in lists', () => {
    const uri = '/api/files/jobs/5f/%D1%82%20a.txt';
    expect(shown(['a/b', uri, 3])).toEqual([
      { kind: 'value', text: 'a/b', uri: '' },
      { kind: 'file', text: 'т a.txt', uri },
      { kind: 'value', text: '3', uri: '' }
    ]);
    expect(shown('/api/files/%')).toMatchObject([{ text: '%' }]);
    expect(shown({ deep: [1] })).toMatchObject([{ text: '{"deep":[1]}' }]);
  });
});

describe('outputRows', () => {
  const file = (name: string, size: number | null = 1) => ({
    name,
    uri: `/api/files/${name}`,
    file: name,
    size
  });

  it('puts the files of a list into one row', () => {
    const outputs = [
      { name: 'L1', value: 0.8 },
      file('log'),
      file('parts.0'),
      file('parts.1'),
      file('v1.2')
    ];
    const rows = outputRows(outputs);
    expect(rows.map(({ name, value }) => [name, value])).toEqual([
      ['L1', '0.8'],
      ['log', null],
      ['parts', null],
      ['v1.2', null]
    ]);
    expect(rows[2]?.files.map(({ name }) => name)).toEqual([
      'parts.0',
      'parts.1'
    ]);
  });

  it('has a size when that of every file is known', () => {
    expect(sizeOfAll([file('a', 3), file('b', 4)])).toBe(7);
    expect(sizeOfAll([file('a', 3), file('b', null)])).toBeNull();
    expect(sizeOfAll([])).toBe(0);
  });
});

describe('outputs', () => {
  it('are asked for when the job has ended, or some are told', () => {
    const running = job({ state: 'running' });
    expect(hasOutputs(running, details({}))).toBe(false);
    const some = details({ rows: { 'output L1': '3' } });
    expect(hasOutputs(running, some)).toBe(true);
    expect(hasOutputs(job({ state: 'failed' }), null)).toBe(true);
    expect(hasOutputs(null, null)).toBe(false);
  });

  it('are those of a sweep when there are a plan and results', () => {
    const request = {
      app: 'a',
      inputs: { plan: '/api/files/p' },
      resources: []
    };
    const results = { name: 'results', uri: '/api/files/r.zip' };
    expect(isSweep(request, [results])).toBe(true);
    expect(isSweep(request, [{ name: 'results', value: 3 }])).toBe(false);
    expect(isSweep({ ...request, inputs: {} }, [results])).toBe(false);
  });
});
