/**
 * Words that people combine with years and punctuation: seasons, days, greetings, words for secrets, places, clubs and
 * well-known quotations, in the languages of the interface.
 */
export const predictableWords = [
  ...['spring', 'summer', 'autumn', 'fall', 'winter', 'printemps', 'ete', 'automne', 'hiver'],
  ...['frühling', 'sommer', 'herbst', 'januar', 'februar', 'märz', 'april', 'mai', 'juni', 'juli', 'august'],
  ...['september', 'oktober', 'november', 'dezember', 'montag', 'dienstag', 'mittwoch', 'donnerstag', 'freitag'],
  ...['samstag', 'sonntag', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'],
  ...['password', 'passwort', 'kennwort', 'motdepasse', 'passphrase', 'passcode', 'secret', 'geheim', 'geheimnis'],
  ...['admin', 'administrator', 'administrateur', 'root', 'user', 'benutzer', 'utilisateur', 'login', 'signin'],
  ...['welcome', 'willkommen', 'bienvenue', 'hello', 'hallo', 'bonjour', 'salut', 'goodbye', 'changeme', 'changeit'],
  ...['letmein', 'access', 'zugang', 'test', 'testing', 'demo', 'temp', 'default', 'company', 'firma', 'entreprise'],
  ...['iloveyou', 'ichliebedich', 'jetaime', 'schatz', 'cherie', 'love', 'liebe', 'amour', 'dragon', 'monkey'],
  ...['sunshine', 'princess', 'football', 'baseball', 'superman', 'batman', 'starwars', 'pokemon', 'soleil'],
  ...[
    'berlin',
    'hamburg',
    'münchen',
    'köln',
    'frankfurt',
    'stuttgart',
    'dresden',
    'leipzig',
    'wien',
    'zürich',
    'bayern',
  ],
  ...['paris', 'marseille', 'lyon', 'toulouse', 'nantes', 'bordeaux', 'lille', 'strasbourg', 'bruxelles', 'geneve'],
  ...['london', 'newyork', 'chicago', 'boston', 'dublin', 'manchester', 'liverpool', 'arsenal', 'chelsea', 'sydney'],
  ...['deutschland', 'france', 'england', 'america', 'germany', 'europe', 'europa', 'schweiz', 'suisse', 'österreich'],
  ...['borussia', 'dortmund', 'schalke', 'werder', 'bremen', 'fcbayern', 'saintgermain', 'realmadrid', 'barcelona'],
  ...['gmbh', 'schmetterling', 'donaudampfschiff', 'anticonstitutionnellement', 'abrakadabra', 'abracadabra'],
  ...['partner', 'portal', 'partnerportal', 'espacepartenaires', 'partenaires', 'azerty', 'qwerty', 'qwertz', 'asdf'],
  ...['correcthorsebatterystaple', 'correct horse battery staple', 'the quick brown fox', 'thequickbrownfox'],
  ...['thequickbrownfoxjumpsoverthelazydog', 'loremipsumdolor', 'lorem ipsum dolor', 'alle meine entchen'],
  ...['to be or not to be', 'frere jacques', 'loremipsumdolorsitamet', 'espace partenaires', 'partner portal'],
];
