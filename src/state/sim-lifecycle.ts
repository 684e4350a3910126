// Every legal move of a SIM: of its profile by the device, of its service by the API.
import type { Lifecycle } from './lifecycle.ts'

export type ProfileState =
  | 'released'
  | 'downloaded'
  | 'installed'
  | 'enabled'
  | 'disabled'
  | 'deleted'
export type ProfileEvent = 'download' | 'install' | 'enable' | 'disable' | 'delete' | 'release'

/**
 * GSMA SGP.22: Released and Downloaded on the SM-DP+, then Installed, Enabled and Disabled on the
 * card. A deleted profile stays deleted unless its provider releases it for another download.
 */
export const profileLifecycle: Lifecycle<ProfileState, ProfileEvent> = {
  released: { download: 'downloaded' },
  downloaded: { install: 'installed' },
  installed: { enable: 'enabled', delete: 'deleted' },
  enabled: { disable: 'disabled' },
  disabled: { enable: 'enabled', delete: 'deleted' },
  deleted: { release: 'released' },
}

export type ServiceState = 'inactive' | 'active' | 'suspended' | 'ceased'
export type ServiceEvent = 'activate' | 'suspend' | 'resume' | 'cease' | 'reactivate'

export const serviceLifecycle: Lifecycle<ServiceState, ServiceEvent> = {
  inactive: { activate: 'active' },
  active: { suspend: 'suspended', cease: 'ceased' },
  suspended: { resume: 'active', cease: 'ceased' },
  ceased: { reactivate: 'active' },
}
