import type { ISettingRegistry } from '@jupyterlab/settingregistry';
import { Signal } from '@lumino/signaling';

import type { IRemoteSettings } from './tokens';

/** Reads the settings of sessions; the defaults count until they are loaded. */
export class RemoteSettings implements IRemoteSettings {
  constructor(loading: Promise<ISettingRegistry.ISettings>) {
    void this._load(loading);
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

  dispose(): void {
    this._isDisposed = true;
    Signal.clearData(this);
  }

  private async _load(
    loading: Promise<ISettingRegistry.ISettings>
  ): Promise<void> {
    try {
      const settings = await loading;
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
  };

  private _confirmStop: 'always' | 'used' | 'never' = 'used';
  private _isDisposed = false;
  private _notifications = true;
}
