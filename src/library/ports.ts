// Ports of 127.0.0.1 that the library listens on, and how it says that one cannot be had.
import { ListenError } from '../server/listen.ts'

/** @throws ListenError in the words of the library, where `act` throws one */
export async function takingPort<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act()
  } catch (error) {
    if (!(error instanceof ListenError)) throw error
    const message = error.message.replace(
      /choose .* with --port/,
      'leave the port out for a free one',
    )
    throw new ListenError(message, error.code, error)
  }
}
