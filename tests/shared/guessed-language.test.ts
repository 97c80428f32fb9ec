import { describe, expect, it } from 'vitest'
import { guessLanguage } from '../../src/shared/guessed-language.ts'

describe('a guess at the language of a text', () => {
  it.each([
    ['en', 'The maintainers of the proxy fixed a flaw in its session cache on Tuesday'],
    ['de', 'Die Betreuer des Proxys haben am Dienstag eine Lücke im Zwischenspeicher geschlossen'],
    ['fr', 'Les développeurs ont corrigé mardi une faille dans le cache du serveur mandataire'],
    ['es', 'Los desarrolladores corrigieron el martes un fallo en la caché del servidor'],
    ['ru', 'Разработчики прокси-сервера во вторник закрыли уязвимость в кэше сессий'],
  ])('is %s where the letters tell', (language, text) => {
    expect(guessLanguage(text)).toBe(language)
  })

  it('is none of a few words, nor of what is no language', () => {
    expect(guessLanguage('Nvidia CEO, GTC')).toBeUndefined()
    expect(guessLanguage('')).toBeUndefined()
    expect(guessLanguage('12345 67890 12345 67890 12345 67890 12345 67890')).toBeUndefined()
  })
})
