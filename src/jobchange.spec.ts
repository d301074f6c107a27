import { nullTranslator } from '@jupyterlab/translation';

import { ChangeForm, changeOf, partitionsFor, textsBefore } from './jobchange';
import { choiceField, offersOf } from './testing/offers';
import { job } from './testing/samples';

const trans = nullTranslator.load('jupyter_remote');

describe('changeOf', () => {
  const before = textsBefore([job({ time_limit: 129_600 })], trans);

  it('reads times as the form does', () => {
    const of = (time: string) => changeOf(before, { ...before, time });
    expect(of('90 min')).toEqual({ time: 5400 });
    expect(of('2:30:00')).toEqual({ time: 9000 });
    expect(['90', 'soon', '0:00'].map(of)).toEqual([null, null, null]);
  });

  it('leaves alone what is empty or as it was', () => {
    expect(changeOf(before, before)).toEqual({});
    expect(changeOf(before, { time: ' ', partition: '' })).toEqual({});
    expect(changeOf(before, { ...before, partition: 'long' })).toEqual({
      partition: 'long'
    });
  });
});

describe('partitionsFor', () => {
  const offered: Record<string, string[] | null> = {
    slurm: ['short', 'long'],
    other: ['long'],
    condor: null
  };
  const offers = (name: string) => {
    const values = offered[name];
    return values === undefined
      ? Promise.reject(new Error('away'))
      : Promise.resolve(
          offersOf({ fields: values ? [choiceField('partition', values)] : [] })
        );
  };
  const of = (...names: string[]) =>
    partitionsFor(
      { offers },
      names.map(backend => job({ backend }))
    );

  it('has those of the backends of the jobs', async () => {
    expect(await of('slurm', 'slurm')).toEqual(['short', 'long']);
    expect(await of('slurm', 'other')).toEqual(['long']);
  });

  it('has none where a backend has no such field', async () => {
    expect(await of('condor')).toBeNull();
    expect(await of('slurm', 'condor')).toBeNull();
    expect(await of('gone', 'condor')).toBeNull();
  });

  it('says why they are not known', async () => {
    await expect(of('slurm', 'gone')).rejects.toThrow('away');
  });
});

describe('ChangeForm', () => {
  const turn = () => new Promise(resolve => setTimeout(resolve));
  const texts = { time: '', partition: 'short' };
  const shown = (partitions: Promise<readonly string[] | null>) => {
    const form = new ChangeForm(texts, partitions, trans);
    const input = form.node.querySelector('[name="partition"]');
    return { form, input: input as HTMLInputElement };
  };

  it('is there before the partitions are known, and keeps what is written', async () => {
    let know: (names: readonly string[]) => void = () => undefined;
    const asked = new Promise<readonly string[]>(resolve => (know = resolve));
    const { form, input } = shown(asked);
    expect(input.value).toBe('short');
    input.value = 'lo';
    know(['short', 'long']);
    await turn();
    const list = form.node.querySelector('datalist');
    expect(list?.id).toBe(input.getAttribute('list'));
    const options = [...(list?.options ?? [])].map(({ value }) => value);
    expect(options).toEqual(['short', 'long']);
    expect(form.getValue().partition).toBe('lo');
    expect(form.node.textContent).not.toContain('Asking');
  });

  it('takes any partition where they are not known, and says why', async () => {
    const { form, input } = shown(
      Promise.reject(new Error('slurmdbd is down'))
    );
    await turn();
    expect(form.node.textContent).toContain(
      'not known which there are: slurmdbd'
    );
    input.value = 'long';
    expect(form.getValue().partition).toBe('long');
  });

  it('has none where a backend has none', async () => {
    const { form, input } = shown(Promise.resolve(null));
    await turn();
    expect(form.node.contains(input)).toBe(false);
    expect(form.getValue()).toEqual({ time: '', partition: '' });
  });
});
