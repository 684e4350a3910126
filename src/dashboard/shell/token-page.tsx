// Asks for the token that the simulator was started with.
import { useState } from 'preact/hooks'
import { token, unlock } from '../client.ts'
import { Form, TextField } from '../kit/field.tsx'

export function TokenPage({ why }: { readonly why: string }) {
  const [given, give] = useState('')
  const isWrong = token.value !== undefined
  return (
    <main class="token" id="content">
      <h1>This simulator asks for its token</h1>
      <p>
        It was started with <code>--token</code> or <code>ESIMULATOR_TOKEN</code>. The token is kept
        until this tab is closed.
      </p>
      {isWrong && (
        <p class="problem" role="alert">
          {why}
        </p>
      )}
      <Form label="Token" onSubmit={() => given !== '' && unlock(given)}>
        <TextField label="Token" type="password" value={given} onValue={give} required />
        <button type="submit" class="button main">
          Go on
        </button>
      </Form>
    </main>
  )
}
