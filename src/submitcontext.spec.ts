import type { ISubmitContext } from './submitcontext';
import { takesJobs } from './submitcontext';
import type { IJobBackend } from './tokens';

const backend = (changes: Partial<IJobBackend> = {}): IJobBackend => ({
  seen: null,
  silent: '',
  can: ['submit'],
  ...changes
});

/** With this file under the context menu. */
function context(
  path: string,
  backends: Readonly<Record<string, IJobBackend>>
): ISubmitContext {
  const open = jest.fn();
  const jobs = { open, backends: new Map(Object.entries(backends)) };
  const selectedItems = () => [{ type: 'file', path }].values();
  const context = { jobs, browser: { selectedItems }, browsers: null };
  return context as unknown as ISubmitContext;
}

describe('takesJobs', () => {
  it('asks what backends take, though no form was open yet', () => {
    const local = backend({ suffixes: ['.sh', '.py'] });
    const slurm = backend({ suffixes: ['.sh', '.sbatch'] });
    expect(takesJobs(context('a.py', { local, slurm }))).toBe(true);
    expect(takesJobs(context('a.py', { slurm }))).toBe(false);
    expect(takesJobs(context('a.sbatch', { local, slurm }))).toBe(true);
    expect(takesJobs(context('a.txt', { local, slurm }))).toBe(false);
    const closed = { ...local, can: [] };
    expect(takesJobs(context('a.py', { closed }))).toBe(false);
  });

  it('takes the usual ones until the list is there', () => {
    expect(takesJobs(context('a.py', {}))).toBe(true);
    expect(takesJobs(context('a.sub', { old: backend() }))).toBe(true);
    expect(takesJobs(context('a.txt', {}))).toBe(false);
  });
});
