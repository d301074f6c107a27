import { StateDB } from '@jupyterlab/statedb';

import { keptResults, keptSweeps } from './everestresults';
import { EMPTY_DRAFT } from './sweepdraft';

const at = (number: number) => ({ folder: `f${number}`, table: 'table.csv' });

it('keeps the last hundred by name', async () => {
  const state = new StateDB();
  const kept = keptResults(state);
  for (let number = 0; number <= 100; number++) {
    await kept.keep(`job-${number}`, at(number));
  }
  await kept.keep('job-1', at(7));
  await kept.keep('job-101', at(101));
  expect(await kept.of('job-0')).toBeNull();
  expect(await kept.of('job-1')).toEqual(at(7));
  expect(await kept.of('job-2')).toBeNull();
  expect(await keptResults(state).of('job-101')).toEqual(at(101));
});

it('takes nothing that is none', async () => {
  const state = new StateDB();
  await state.save('jupyterlab-remote:everest-results', { a: 3, b: {} });
  await state.save('jupyterlab-remote:everest-sweeps', [1]);
  expect(await keptResults(state).of('a')).toBeNull();
  expect(await keptResults(state).of('b')).toBeNull();
  expect(await keptSweeps(state).of('a')).toBeNull();
  await keptSweeps(state).keep('a', { ...EMPTY_DRAFT, command: 'ls' });
  expect((await keptSweeps(state).of('a'))?.command).toBe('ls');
  expect(await keptSweeps(null).of('a')).toBeNull();
});
