import type { ISettingRegistry } from '@jupyterlab/settingregistry';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';

import type { IRemoteSettings, JobNotifications } from './tokens';

/** Reads the settings of sessions; the defaults count until they are loaded. */
export class RemoteSettings implements IRemoteSettings {
  constructor(private readonly _loading: Promise<ISettingRegistry.ISettings>) {
    void this._load();
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  get confirmStop(): 'always' | 'used' | 'never' {
    return this._confirmStop;
  }

  get notifications(): boolean {
    return this._notifications;
  }

  get jobNotifications(): JobNotifications {
    return this._jobNotifications;
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  async setJobNotifications(value: JobNotifications): Promise<void> {
    this._jobNotifications = value;
    this._changed.emit();
    await (await this._loading).set('jobNotifications', value);
  }

  dispose(): void {
    this._isDisposed = true;
    Signal.clearData(this);
  }

  private async _load(): Promise<void> {
    try {
      const settings = await this._loading;
      settings.changed.connect(this._read, this);
      this._read(settings);
    } catch (error) {
      console.warn('The settings of remote sessions cannot be read.', error);
    }
  }

  private readonly _read = (settings: ISettingRegistry.ISettings): void => {
    const composite = settings.composite as Partial<IRemoteSettings>;
    this._confirmStop = composite.confirmStop ?? 'used';
    this._notifications = composite.notifications ?? true;
    this._jobNotifications = composite.jobNotifications ?? 'marked';
    this._changed.emit();
  };

  private _confirmStop: 'always' | 'used' | 'never' = 'used';
  private _isDisposed = false;
  private _jobNotifications: JobNotifications = 'marked';
  private _notifications = true;
  private readonly _changed = new Signal<this, void>(this);
}
