/** January to December in the languages that feeds mix into their dates: their names, or how these begin. */
const names = [
  'jan january januar janvier enero ene janeiro gennaio gen januari janv jän jänner január styczeń ιαν янв январь января',
  'feb february februar février fév fev febrero fevereiro febbraio februari február luty φεβ фев февраль февраля',
  'mar march märz mär mrz mars marzo março maart mrt március marzec μαρ μάρ мар март марта',
  'apr april avril avr abril abr aprile április kwiecień απρ апр апрель апреля',
  'may mai mayo maio mag maggio mei maj máj május μαι μαϊ μάι май мая',
  'jun june juni juin junio junho giu giugno jún június czerwiec ιουν ιούν июн июнь июня',
  'jul july juli juillet juil julio julho lug luglio júl július lipiec ιουλ ιούλ июл июль июля',
  'aug august août aou aoû agosto ago augustus augusztus sierpień αυγ αύγ авг август августа',
  'sep sept september septembre septiembre setembro set settembre szeptember wrzesień σεπ сен сент сентябрь сентября',
  'oct october okt oktober octobre octubre outubro out ottobre ott október październik οκτ окт октябрь октября',
  'nov november novembre noviembre novembro listopad νοε νοέ ноя ноябрь ноября',
  'dec december dez dezember décembre déc diciembre dic dezembro dicembre grudzień δεκ дек декабрь декабря',
]
const months = new Map(names.flatMap((line, at) => line.split(' ').map((name) => [name, at + 1] as const)))

/** 1 to 12 for the name of a month, also a shortened or misspelt English one; `undefined` for any other word. */
export function monthOf(word: string): number | undefined {
  const name = word.toLowerCase()
  const known = months.get(name)
  if (known !== undefined || !/^[a-z]{5,10}$/.test(name)) return known
  return /^(?:jan|feb|mar|apr|jun|jul|aug|sep|oct|nov|dec)/.test(name)
    ? months.get(name.slice(0, 3))
    : undefined
}
