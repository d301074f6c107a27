import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import { nullTranslator } from '@jupyterlab/translation';
import { Signal } from '@lumino/signaling';

import { notifications } from './plugins/notifications';
import { sample } from './testing/samples';
import type { ITransition } from './tokens';

/** What is told of a session that starts to run and then ends. */
function told(on: boolean, visible = false): string[] {
  Notification.dismiss();
  const transition = new Signal<object, ITransition>({});
  void notifications.activate(
    {} as JupyterFrontEnd,
    { transition, asked: () => false },
    { visible: () => visible },
    { notifications: on },
    nullTranslator
  );
  const states = ['starting', 'running', 'stopped'] as const;
  const [starting, running, stopped] = states.map(state => sample({ state }));
  transition.emit({ previous: starting ?? null, next: running ?? null });
  transition.emit({ previous: running ?? null, next: stopped ?? null });
  return Notification.manager.notifications.map(({ message }) => message);
}

describe('notifications', () => {
  it('tell of sessions that the user does not look at', () => {
    expect(told(true).sort()).toEqual([
      'Desktop 1 has ended.',
      'Desktop 1 is running'
    ]);
    expect(told(true, true)).toEqual([]);
  });

  it('are off when the setting says so', () => {
    expect(told(false)).toEqual([]);
  });
});
