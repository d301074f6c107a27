import { nullTranslator } from '@jupyterlab/translation';
import { Signal } from '@lumino/signaling';

import { SubmitMemory } from './submitmemory';
import { SubmitModel } from './submitmodel';
import { troubleWords } from './submitwords';
import { refused } from './testing/answers';
import { field, offersOf } from './testing/offers';
import type { IJobBackend, IRemoteJobs } from './tokens';

const trans = nullTranslator.load('jupyter_remote');
const able: IJobBackend = { seen: null, silent: '', can: ['submit'] };
const turn = () => new Promise(resolve => setTimeout(resolve));

const fields = [field({ name: 'qos', kind: 'text' })];

/** A form on two backends, with one value remembered for each. */
async function form(
  backend: string,
  script: string | null,
  offers = () => Promise.resolve(offersOf({ fields })),
  options: Record<string, string> | null = script === null ? null : {}
) {
  const backends = new Map([
    ['local', able],
    ['slurm', able]
  ]);
  const changed = new Signal<object, void>({});
  const submit = jest.fn(() => Promise.resolve('slurm/17'));
  const jobs = {
    ...{ backends, changed, submit, freshness: 'live' },
    open: jest.fn(),
    ready: Promise.resolve(),
    offers
  };
  const memory = new SubmitMemory(null);
  await memory.keep('slurm', { qos: 'long' });
  await memory.keep('local', { qos: 'short' });
  const draft = { backend, name: '', folder: '', script, options };
  const remote = jobs as unknown as IRemoteJobs;
  const model = new SubmitModel({ jobs: remote, memory, draft, trans });
  await turn();
  return { model, memory, backends, submit, changed };
}

describe('reset', () => {
  it('can be undone until the job is submitted', async () => {
    const { model } = await form('slurm', 'echo mine');
    model.setText('qos', 'long');
    model.setName('one');
    model.reset();
    expect([model.draft.name, model.texts]).toEqual(['', {}]);
    expect(model.canUndo).toBe(true);
    model.undo();
    expect(model.draft).toMatchObject({ name: 'one', script: 'echo mine' });
    expect([model.texts, model.canUndo]).toEqual([{ qos: 'long' }, false]);
    model.reset();
    model.setScript('echo other');
    await model.submit();
    expect([model.done, model.canUndo]).toEqual(['slurm/17', false]);
  });
});

describe('another backend', () => {
  it('brings remembered values to a new script only', async () => {
    const { model } = await form('slurm', null);
    expect(model.texts).toEqual({ qos: 'long' });
    model.setBackend('local');
    await turn();
    expect(model.texts).toEqual({ qos: 'short' });
    const { model: other } = await form('slurm', 'echo mine');
    other.setBackend('local');
    await turn();
    expect(other.texts).toEqual({});
    expect(other.script).toBe('echo mine');
  });

  it('is never chosen for what is written', async () => {
    const { model, backends, changed, submit } = await form('slurm', 'echo');
    backends.delete('slurm');
    changed.emit();
    await turn();
    expect(model.backend).toBe('slurm');
    expect(model.away).toBe(true);
    expect(model.hindrance).not.toBe('');
    expect(await model.submit()).toBe('');
    expect(submit).not.toHaveBeenCalled();
    backends.set('slurm', able);
    changed.emit();
    expect(model.hindrance).toBe('');
  });

  it('is the last one when none is named', async () => {
    const { model } = await form('', null);
    expect(model.backend).toBe('local');
  });
});

describe('submitting', () => {
  it('happens once at a time', async () => {
    const { model, submit } = await form('slurm', 'echo');
    expect(await Promise.all([model.submit(), model.submit()])).toEqual([
      'slurm/17',
      ''
    ]);
    expect(submit).toHaveBeenCalledTimes(1);
  });

  it('remembers what was sent, not what is written meanwhile', async () => {
    const { model, memory } = await form('slurm', 'echo');
    model.setText('qos', 'asked');
    const sent = model.submit();
    model.setText('qos', 'later');
    model.setBackend('local');
    await sent;
    expect(await memory.of('slurm')).toEqual({ qos: 'asked' });
    expect(await memory.of('local')).toEqual({ qos: 'short' });
  });
});

describe('a backend that does not say what it offers', () => {
  const DOWN = 'slurmdbd does not answer';
  const silent = () => refused(DOWN).then(error => Promise.reject(error));

  it('takes what the script says', async () => {
    const { model, memory, submit } = await form('slurm', 'echo', silent);
    await turn();
    expect([model.offers, model.problem]).toEqual([null, DOWN]);
    expect(model.hindrance).toBe('');
    const words = troubleWords(model, trans);
    expect(words).toContain(`of slurm is not known: ${DOWN}. The job can be`);
    expect(words).not.toContain('no jobs');
    expect(await model.submit()).toBe('slurm/17');
    expect(submit).toHaveBeenCalledWith({
      ...{ backend: 'slurm', script: 'echo', options: {} }
    });
    // What was used before is not forgotten for that.
    expect(await memory.of('slurm')).toEqual({ qos: 'long' });
    model.setScript(' ');
    expect(model.hindrance).toContain('empty');
  });

  it('says which choices are left out', async () => {
    const plain = await form('slurm', 'echo', silent);
    await turn();
    expect(troubleWords(plain.model, trans)).not.toContain('left out');
    const options = { qos: 'long', time: '' };
    const { model } = await form('slurm', 'echo', silent, options);
    await turn();
    expect(troubleWords(model, trans)).toContain('left out: qos: long.');
  });

  it('takes nothing when it is away, or our server is', async () => {
    const made = await form('slurm', 'echo', silent);
    await turn();
    made.backends.delete('slurm');
    made.changed.emit();
    expect(made.model.hindrance).toContain('takes no jobs now');
    expect(troubleWords(made.model, trans)).toContain('takes no jobs now');
    const { model, submit } = await form('slurm', 'echo', () =>
      Promise.reject(new TypeError('offline'))
    );
    await turn();
    expect(model.problem).toBe('offline');
    expect(await model.submit()).toBe('');
    expect(submit).not.toHaveBeenCalled();
  });
});
