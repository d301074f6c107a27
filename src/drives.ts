import type { Contents } from '@jupyterlab/services';

/** The name that this server's own files have while several people edit them. */
const TOGETHER = 'RTC';

/** What of Lab's contents is needed to know where a file lies. */
export type Drives = Pick<Contents.IManager, 'driveName'>;

/** The drive of a path, when this server cannot reach it; empty for its own files. */
export function foreignDrive(contents: Drives, path: string): string {
  const drive = contents.driveName(path);
  return drive === TOGETHER ? '' : drive;
}
