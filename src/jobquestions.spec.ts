import { nullTranslator } from '@jupyterlab/translation';

import { nameList, questionOf } from './jobquestions';
import type { JobDeed } from './jobview';
import { job } from './testing/samples';
import type { IJob } from './tokens';

const trans = nullTranslator.load('jupyter_remote');
const asked = (deed: JobDeed, ...chosen: IJob[]) => {
  const question = questionOf(deed, chosen, trans);
  return question && [question.title, question.body, question.label];
};
const [one, two] = [job(), job({ job_id: '18', name: 'plot' })];
const mine = job({ backend: 'everest:mine' });
const local = job({ backend: 'local' });

describe('the question before a deed', () => {
  it('names one job that is cancelled, and where', () => {
    expect(asked('cancel', one)).toEqual([
      'Cancel fit?',
      'Job 17 on slurm will end. What is not saved is lost.',
      'Cancel Job'
    ]);
    expect(asked('cancel', job({ tasks: 10_000 }))?.[1]).toContain(
      '10,000 tasks of job 17 on slurm will end'
    );
  });

  it('names several that are cancelled', () => {
    expect(asked('cancel', one, two)).toEqual([
      'Cancel 2 jobs?',
      'These will end: fit, plot. What is not saved is lost.',
      'Cancel Jobs'
    ]);
  });

  it('says of jobs of Everest that their end is only asked for', () => {
    expect(asked('cancel', mine)?.[1]).toContain('until it has agreed');
    expect(asked('cancel', one, mine)?.[1]).toContain('until it has agreed');
    expect(asked('cancel', one)?.[1]).not.toContain('Everest');
  });

  it('says that a requeue ends what runs', () => {
    const words =
      'What runs is ended and starts anew. What it has not saved is lost.';
    expect(asked('requeue', one)).toEqual([
      ...['Requeue fit?', words, 'Requeue Job']
    ]);
    expect(asked('requeue', one, two)).toEqual([
      ...['Requeue 2 jobs?', words, 'Requeue Jobs']
    ]);
  });

  it('says what is deleted with a job, and what stays', () => {
    const ours =
      'Its record, its script and its logs are deleted. What it wrote elsewhere stays.';
    const theirs =
      'Its server forgets it, with all files that it has there. What you have downloaded stays.';
    expect(asked('delete', local)).toEqual([
      ...['Delete fit?', ours, 'Delete Job']
    ]);
    expect(asked('delete', mine)).toEqual([
      ...['Delete fit?', theirs, 'Delete Job']
    ]);
    expect(asked('delete', local, mine)).toEqual([
      ...['Delete 2 jobs?', `${ours} ${theirs}`, 'Delete Jobs']
    ]);
  });

  it('is asked of a hold or a release only for several', () => {
    expect(asked('hold', one)).toBeNull();
    expect(asked('release', one)).toBeNull();
    expect(asked('hold', one, two)).toEqual([
      'Hold 2 jobs?',
      'These will not start until released: fit, plot.',
      'Hold Jobs'
    ]);
    expect(asked('release', one, two)).toEqual([
      ...['Release 2 jobs?', 'These may start: fit, plot.', 'Release Jobs']
    ]);
    expect(asked('change', one, two)).toBeNull();
  });

  it('warns where something is lost', () => {
    const loss = (deed: JobDeed) => questionOf(deed, [one, two], trans)?.loss;
    expect((['cancel', 'requeue', 'delete'] as const).map(loss)).toEqual([
      ...[true, true, true]
    ]);
    expect((['hold', 'release'] as const).map(loss)).toEqual([false, false]);
  });
});

it('names five jobs', () => {
  const many = Array.from({ length: 1207 }, (_, at) =>
    job({ name: `job-${at}` })
  );
  expect(nameList(many, trans)).toBe(
    'job-0, job-1, job-2, job-3, job-4, and 1,202 more'
  );
});
