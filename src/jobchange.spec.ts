import { nullTranslator } from '@jupyterlab/translation';

import { changeOf, partitionsFor, textsBefore } from './jobchange';
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
    expect(await of('gone')).toBeNull();
  });
});
