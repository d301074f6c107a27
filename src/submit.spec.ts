import type { JupyterFrontEnd } from '@jupyterlab/application';
import { nullTranslator } from '@jupyterlab/translation';
import { CommandRegistry } from '@lumino/commands';

import { CommandIDs } from './commandids';
import { tellSubmitted } from './submit';

const trans = nullTranslator.load('jupyter_remote');

describe('tellSubmitted', () => {
  it('marks the job', () => {
    const commands = new CommandRegistry();
    const execute = jest.fn();
    commands.addCommand(CommandIDs.markJob, { execute, describedBy: {} });
    const app = { commands } as unknown as JupyterFrontEnd;
    tellSubmitted({ app, trans }, 'slurm/17', 'fit');
    expect(execute.mock.calls).toEqual([
      [expect.objectContaining({ job: 'slurm/17', marked: true })]
    ]);
  });

  it('does without the list of jobs', () => {
    const app = { commands: new CommandRegistry() };
    tellSubmitted({ app: app as JupyterFrontEnd, trans }, 'slurm/17', '');
  });
});
