import { nullTranslator } from '@jupyterlab/translation';

import { graphOf } from './graph';
import { matchingRows, meters } from './jobdetails';
import type { IJobDetails } from './tokens';

const trans = nullTranslator.load('jupyter_remote');

function details(given: Partial<IJobDetails>): IJobDetails {
  return {
    script: '',
    command: '',
    folder: '',
    logs: {},
    asked: {},
    used: {},
    efficiency: {},
    ending: '',
    waits_for: [],
    waited_for_by: [],
    rows: {},
    ...given
  };
}

describe('meters', () => {
  it('say what was used of what was asked for', () => {
    const all = meters(
      details({
        asked: { cpus: 8, memory: 2 ** 34, time: 3600 },
        used: { memory: 2 ** 31, time: 725 },
        efficiency: { cpu: 0.384 }
      }),
      trans
    );
    expect(all.map(({ words }) => words)).toEqual([
      '38 % of 8 cores',
      '2 of 16 GiB',
      '0:12:05 of 1 h'
    ]);
    expect(all.map(({ part }) => part)).toEqual([0.384, 0.125, 725 / 3600]);
  });

  it('say what is known', () => {
    const words = (given: Partial<IJobDetails>) =>
      meters(details(given), trans).map(meter => meter.words);
    expect(words({})).toEqual([]);
    expect(words({ asked: { cpus: 1 } })).toEqual(['1 core']);
    expect(words({ used: { memory: 3.21e9 } })).toEqual(['3.2 GB at most']);
    expect(words({ asked: { memory: 4e9 } })).toEqual(['4 GB']);
  });
});

describe('rows', () => {
  it('match by name and value', () => {
    const rows = { BatchHost: 'node1', Nice: '0', TresPerNode: 'gres:gpu' };
    expect(matchingRows(rows, 'NODE')).toHaveLength(2);
    expect(matchingRows(rows, 'node gpu')).toEqual([
      ['TresPerNode', 'gres:gpu']
    ]);
    expect(matchingRows(rows, '')).toHaveLength(3);
  });
});

describe('graph', () => {
  const job = (job_id: string) => {
    return { job_id, kind: '', name: '', state: '' };
  };

  it('has the job between those before and those after', () => {
    const waits_for = ['1', '2', '3'].map(job);
    const graph = graphOf({ waits_for, waited_for_by: [job('9')] });
    const xs = graph?.nodes.map(({ x }) => x) ?? [];
    expect(new Set(xs).size).toBe(3);
    expect(xs).toEqual([...xs].sort((a, b) => a - b));
    expect(graph?.edges).toHaveLength(4);
    const before = graph?.nodes.slice(0, 3).map(({ y }) => y) ?? [];
    expect(new Set(before).size).toBe(3);
    expect(graph?.nodes[3]?.y).toBe(before[1]);
  });

  it('leaves out what is too much, and says how much', () => {
    const many = Array.from({ length: 30 }, (_, at) => job(`${at}`));
    const graph = graphOf({ waits_for: [], waited_for_by: many });
    expect(graph?.after).toBe(22);
    expect(graph?.nodes).toHaveLength(9);
    expect(graphOf({ waits_for: [], waited_for_by: [] })).toBeNull();
  });
});
