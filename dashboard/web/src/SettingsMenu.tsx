import { useSignal } from '@preact/signals'
import { allowNotifications, chime } from './announce'
import { Icon } from './icons'
import { actor, session, signedIn, signOut } from './session'
import { notifications, sound, type Theme, theme } from './settings'

const themes: { value: Theme; name: string }[] = [
  { value: 'system', name: 'As the system' },
  { value: 'light', name: 'Light' },
  { value: 'dark', name: 'Dark' },
]

export function SettingsMenu() {
  const refused = useSignal(false)
  return (
    <>
      <button type="button" class="button quiet square" popovertarget="settings" aria-label="Settings">
        <Icon name="settings" />
      </button>
      <div id="settings" class="settings" popover="auto" role="dialog" aria-label="Settings">
        <fieldset>
          <legend>Appearance</legend>
          <div class="segments">
            {themes.map(({ value, name }) => (
              <button
                key={value}
                type="button"
                aria-pressed={theme.value === value}
                onClick={() => {
                  theme.value = value
                }}
              >
                {name}
              </button>
            ))}
          </div>
        </fieldset>
        <fieldset>
          <legend>For new critical and high alerts</legend>
          <label class="switch">
            <input
              type="checkbox"
              checked={notifications.value}
              onChange={async event => {
                const field = event.currentTarget
                if (!field.checked) notifications.value = false
                else refused.value = !(await allowNotifications())
                field.checked = notifications.value
              }}
            />
            Notification
          </label>
          {refused.value && <p class="note">This browser does not allow it.</p>}
          <label class="switch">
            <input
              type="checkbox"
              checked={sound.value}
              onChange={event => {
                sound.value = event.currentTarget.checked
                if (sound.value) chime()
              }}
            />
            Sound
          </label>
        </fieldset>
        <div class="who">
          {session.value?.readonly ? (
            <p>This control room is for reading.</p>
          ) : actor.value ? (
            <>
              <p>
                You act as <strong>{actor.value.name}</strong>.
              </p>
              <button type="button" class="button" onClick={signOut}>
                Sign out
              </button>
            </>
          ) : (
            <>
              <p>You are reading.</p>
              <button
                type="button"
                class="button"
                onClick={() => {
                  document.getElementById('settings')?.hidePopover()
                  void signedIn()
                }}
              >
                Sign in
              </button>
            </>
          )}
        </div>
        <p class="about">
          <a href="/api">API</a>
          {session.value && (
            <span>
              {session.value.instance} · {session.value.version}
            </span>
          )}
        </p>
      </div>
    </>
  )
}
