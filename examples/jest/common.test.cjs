// A test in CommonJS: it imports where it uses, as Jest's require takes modules from Node 24 on only.
test('an order is refused while the provider is down', async () => {
  const { startSimulator } = await import('esimulator')
  const sim = await startSimulator({ providers: ['esim-go'] })
  await sim.faults.add({ provider: 'esim-go', operation: '*', kind: 'status', status: 503 })
  const answer = await fetch(`${sim.baseUrl('esim-go')}/catalogue`, {
    headers: { 'X-API-Key': sim.credentials['esim-go'].apiKey },
  })
  expect(answer.status).toBe(503)
  await sim.close()
})
