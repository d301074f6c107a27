import { ContentsManager, Drive } from '@jupyterlab/services';

import { foreignDrive } from './drives';

describe('foreignDrive', () => {
  const contents = new ContentsManager();
  afterAll(() => {
    contents.dispose();
  });
  contents.addDrive(new Drive({ name: 'S3' }));
  contents.addDrive(new Drive({ name: 'RTC' }));

  it.each([
    ['dir/fit.ipynb', ''],
    ['', ''],
    ['S3:dir/fit.ipynb', 'S3'],
    ['S3:', 'S3'],
    // The same files, edited by several people.
    ['RTC:dir/fit.ipynb', ''],
    // No drive: a name with a colon.
    ['dir/a:b.ipynb', '']
  ])('of %j is %j', (path, drive) => {
    expect(foreignDrive(contents, path)).toBe(drive);
  });
});
