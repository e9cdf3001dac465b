import { group } from './entries.ts';

export const greek = [
  group(
    'Αγγελική:angeliki, Βασιλική:vasiliki, Δήμητρα:dimitra, Ελένη:eleni, Θεοδώρα:theodora, Ιφιγένεια:ifigeneia, Χρυσούλα:chrysoula',
    'Αναγνώστου:anagnostou, Βλαχοπούλου:vlachopoulou, Καραμπέτσου:karampetsou, Μαυρομμάτη:mavrommati, Παπαδημητροπούλου:papadimitropoulou, Ψαρουδάκη:psaroudaki',
  ),
  group(
    'Αλέξανδρος:alexandros, Γιώργος:giorgos, Δημήτρης:dimitris, Ευάγγελος:evangelos, Θανάσης:thanasis, Σπύρος:spyros, Στέλιος:stelios',
    'Αναγνώστου:anagnostou, Βλαχόπουλος:vlachopoulos, Καραμπέτσος:karampetsos, Μαυρομμάτης:mavrommatis, Παπαδημητρόπουλος:papadimitropoulos, Ψαρουδάκης:psaroudakis',
  ),
];

const ukrainian = group(
  `Богдана:bohdana, Галина:halyna, Дмитро:dmytro, Євген:yevhen, Ігор:ihor, Єва:yeva, Катерина:kateryna, Ксенія:kseniia,
   Людмила:liudmyla, Назар:nazar, Оксана:oksana, Остап:ostap, Соломія:solomiia, Тарас:taras, Юлія:yuliia`,
  `Бондарчук-Лис:bondarchuk-lys, Вдовиченко:vdovychenko, Горбатюк:horbatiuk, Ґудзенко:gudzenko, Дем’янчук:demianchuk, Коваленко:kovalenko,
   Корнієнко:korniienko, Лисенчук:lysenchuk, Марущак:marushchak, Онищенко:onyshchenko, Пилипенко:pylypenko, Щербак:shcherbak`,
);

const serbian = group(
  'Весна:vesna, Ђорђе:djordje, Јелисавета:jelisaveta, Љубица:ljubica, Милорад:milorad, Небојша:nebojsa, Слађана:sladjana, Зоран:zoran',
  'Анђић:andjic, Благојевић:blagojevic, Јеремић:jeremic, Кнежевић:knezevic, Љубичић:ljubicic, Перишић:perisic, Џајић:dzajic',
);

export const cyrillic = [ukrainian, ukrainian, serbian];
