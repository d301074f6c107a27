import { canStartDesktop, missingApps } from './missing';
import { appInfo } from './testing/samples';

const titled = (title: string, reason: string) => appInfo({ title, reason });

describe('missingApps', () => {
  it('names each reason once, with all apps it concerns', () => {
    const apps = [
      titled('Desktop', 'no Xpra'),
      titled('Command', ''),
      titled('Program', 'no Xpra'),
      titled('RStudio', 'no R')
    ];
    expect(missingApps(apps)).toEqual([
      { titles: ['Desktop', 'Program'], reason: 'no Xpra' },
      { titles: ['RStudio'], reason: 'no R' }
    ]);
    expect(missingApps([])).toEqual([]);
  });
});

describe('canStartDesktop', () => {
  it('is so unless it is known that there is none, or why not', () => {
    const other = appInfo({ name: 'command' });
    expect(canStartDesktop([])).toBe(true);
    expect(canStartDesktop([other, appInfo()])).toBe(true);
    expect(canStartDesktop([other, appInfo({ reason: 'no' })])).toBe(false);
    expect(canStartDesktop([other])).toBe(false);
  });
});
