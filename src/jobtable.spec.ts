import { fromTable } from './jobtable';

describe('fromTable', () => {
  it('makes records of all kinds of columns', () => {
    const table = {
      count: 3,
      columns: {
        backend: { all: 'slurm' },
        job_id: { each: ['1', '2', '3'] },
        state: { of: ['running', 'failed'], at: [0, 0, 1] },
        memory: { all: null }
      }
    };
    expect(fromTable(table)).toEqual([
      { backend: 'slurm', job_id: '1', state: 'running', memory: null },
      { backend: 'slurm', job_id: '2', state: 'running', memory: null },
      { backend: 'slurm', job_id: '3', state: 'failed', memory: null }
    ]);
  });

  it('makes none of an empty one', () => {
    expect(fromTable({ count: 0, columns: {} })).toEqual([]);
  });
});
