import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { cancelSignIn, signIn } from './session'

/** Asks for a name and the token before the first change. */
export function SignIn() {
  const dialog = useRef<HTMLDialogElement>(null)
  const name = useSignal('')
  const token = useSignal('')
  const problem = useSignal<string | null>(null)
  const busy = useSignal(false)
  useEffect(() => dialog.current?.showModal(), [])
  return (
    <dialog ref={dialog} class="sign-in" aria-labelledby="sign-in-title" onClose={cancelSignIn}>
      <form
        onSubmit={async event => {
          event.preventDefault()
          busy.value = true
          problem.value = await signIn({ name: name.value.trim(), token: token.value.trim() })
          busy.value = false
        }}
      >
        <h2 id="sign-in-title">Who acts?</h2>
        <p>Your name goes into the history of the incident. Both are kept until you close this tab.</p>
        <label>
          Name
          <input
            class="field"
            required
            maxLength={100}
            autoComplete="name"
            value={name.value}
            onInput={event => {
              name.value = event.currentTarget.value
            }}
          />
        </label>
        <label>
          Token
          <input
            class="field"
            type="password"
            required
            autoComplete="off"
            value={token.value}
            onInput={event => {
              token.value = event.currentTarget.value
            }}
          />
        </label>
        <p class="problem" role="alert">
          {problem.value}
        </p>
        <div class="buttons">
          <button type="button" class="button" onClick={cancelSignIn}>
            Cancel
          </button>
          <button type="submit" class="button primary" disabled={busy.value}>
            Continue
          </button>
        </div>
      </form>
    </dialog>
  )
}
