import { group } from './entries.ts';

const arabicFamilyNames = `
  الإدريسي:elidrissi, البوزيدي:elbouzidi, التازي:tazi, الحسناوي:elhasnaoui, الزهراوي:zahraoui, العمراني:elamrani,
  القاسمي:elkassimi, المنصوري:elmansouri, بنسليمان:benslimane, بن عمر:benomar, حداد:haddad, شرقاوي:cherkaoui`;

const maghrebi = group(
  `Amine, Anissa, Bilal, Djamila, Farid, Hafsa, Hicham, Ilyès:ilyes, Khadija, Lina, Meriem, Nabil, Nour-Eddine,
   Rachida, Samir, Soukaïna:soukaina, Wassim, Yasmine, Younès:younes`,
  `Aït Lahcen:aitlahcen, Belkhodja, Ben Yahia, Bensaïd:bensaid, Boukhalfa, Cherkaoui, El Amrani, El Ghazouani,
   Hamdaoui, Kaddouri, Mekhloufi, Ouazzani, Oulhaj, Tazi, Zerrouki`,
);

const arabicScript = group(
  `آمنة:amina, أيوب:ayoub, إيمان:imane, جمال:jamal, رشيدة:rachida, سلمى:salma, عبد الرحيم:abderrahim, فاطمة الزهراء:fatima-zahra,
   كوثر:kaoutar, مصطفى:mostafa, نادية:nadia, ياسين:yassine`,
  arabicFamilyNames,
);

const mixedScript = group('Fatima, Hind, Karim, Leïla:leila, Mehdi, Salma, Yasmine', arabicFamilyNames);

export const maghrebiLatin = [maghrebi];

/** Arabic names. One in three has a given name in Latin letters. */
export const arabic = [arabicScript, arabicScript, mixedScript];

export const hebrew = [
  group(
    'איתן:eitan, אלישבע:elisheva, דפנה:dafna, טליה:talia, יהודית:yehudit, נדב:nadav, עדי:adi, רוני:roni, שירה:shira, תמר:tamar',
    'אלמוג:almog, בן־עמי:ben-ami, גולדשטיין:goldstein, הראל:harel, זכאי:zakai, מזרחי:mizrahi, פלדמן:feldman, צור:tzur, שגיא:sagi',
  ),
];
