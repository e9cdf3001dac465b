/**
 * Creates a pseudorandom number generator (mulberry32) that returns numbers from 0 to 1, excluding 1. The same seed
 * always gives the same sequence.
 */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Words, seasons and keyboard walks of a language, which people combine into passwords that follow a pattern. */
const materials = {
  en: {
    words:
      'dragon,football,sunshine,house,garden,coffee,summer holiday,mountain,butterfly,chocolate,welcome,orange,computer,family,freedom,elephant,strawberry,birthday,whatever,diamond',
    seasons: 'Spring,Summer,Autumn,Winter,January,October,Monday,Friday',
    walks: 'qwerty,asdfgh,zxcvbn,1qaz2wsx,qwertyuiop,123456,!@#$%^',
  },
  fr: {
    words:
      'soleil,maison,jardin,chocolat,montagne,papillon,liberté,vacances,bonjour,famille,fraise,anniversaire,ordinateur,éléphant,fromage,bibliothèque,parapluie,amour,cheval,étoile',
    seasons: 'Printemps,Été,Automne,Hiver,Janvier,Octobre,Lundi,Vendredi',
    walks: 'azerty,qsdfgh,wxcvbn,azertyuiop,1a2z3e4r,987654',
  },
  de: {
    words:
      'Sonnenschein,Haus,Garten,Schokolade,Gebirge,Schmetterling,Freiheit,Urlaub,Willkommen,Familie,Erdbeere,Geburtstag,Rechner,Elefant,Käsekuchen,Bibliothek,Regenschirm,Liebe,Pferd,Sterne',
    seasons: 'Frühling,Sommer,Herbst,Winter,Januar,Oktober,Montag,Freitag',
    walks: 'qwertz,asdfgh,yxcvbn,qwertzuiop,1q2w3e4r,135790',
  },
} as const;

export type WeakLanguage = keyof typeof materials;

const leetspeak: Readonly<Record<string, string>> = { a: '4', e: '3', i: '1', o: '0', s: '5', t: '7' };
const minLength = 15;

/**
 * Generates passwords of at least 15 characters such as people choose: combinations of words, seasons, years and
 * keyboard walks, with leetspeak and repetition.
 */
export function weakPasswords(count: number, seed: number): string[] {
  const random = seededRandom(seed);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
  const languages = Object.keys(materials) as WeakLanguage[];
  return Array.from({ length: count }, () => {
    const { words, seasons, walks } = materials[pick(languages)];
    const [word, season, walk] = [pick(words.split(',')), pick(seasons.split(',')), pick(walks.split(','))];
    const year = `${1960 + Math.floor(random() * 70)}`;
    const leet = [...word].map((letter) => leetspeak[letter.toLowerCase()] ?? letter).join('');
    const end = pick(['', '!', '1', '123', '!!', '.', '#1']);
    const shapes = [
      word + year,
      capitalize(word) + season + year,
      season + year + season,
      leet + year,
      capitalize(leet) + walk,
      walk + year,
      word + walk,
      capitalize(word) + capitalize(word),
      `${season} ${word} ${year}`,
      `${walk}${season}`,
    ];
    return padded(pick(shapes) + end, pick(['repeat', 'digits', 'marks'] as const));
  });
}

const capitalize = (word: string): string => word.slice(0, 1).toUpperCase() + word.slice(1);

function padded(start: string, by: 'repeat' | 'digits' | 'marks'): string {
  const filler = { repeat: start, digits: '1234567890123456', marks: '!!!!!!!!!!!!!!!!' }[by];
  return [...start].length >= minLength ? start : start + filler.slice(0, Math.max(0, minLength - [...start].length));
}

/** Joins four or five random words of a list with spaces, or with another separator. */
export function passphrases(count: number, seed: number, words: readonly string[]): string[] {
  const random = seededRandom(seed);
  const word = (): string => words[Math.floor(random() * words.length)] ?? '';
  return Array.from({ length: count }, () => {
    const separator = [' ', '-', '.', ''][Math.floor(random() * 4)];
    return Array.from({ length: 4 + Math.floor(random() * 2) }, word).join(separator);
  });
}
